"""Models of Keras 3, which is `tf.keras`, and of the legacy Keras 2."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from conftest import check_addition

import neuropod
from neuropod.packagers import create_keras_neuropod, infer_keras_input_spec, infer_keras_output_spec

X = np.random.default_rng(0).random((3, 4), np.float32)
Y = np.random.default_rng(1).random((3, 4), np.float32)


@pytest.fixture(params=["keras", "tf_keras"])
def keras(request):
    return importlib.import_module(request.param)


def adder(keras, x="x", y="y", out="out"):
    """The model of the original's tests."""
    x, y = (keras.Input(batch_shape=(None,), name=name) for name in (x, y))
    return keras.Model([x, y], [keras.layers.Add(name=out)([x, y])])


def two_outputs(keras, inputs=list, outputs=list):
    """A model whose inputs and outputs are lists, or dictionaries."""
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    total = keras.layers.Add(name="sum")([x, y])
    dense = keras.layers.Dense(2, name="dense")(keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(total)))
    given = [x, y] if inputs is list else {"x": x, "y": y}
    return keras.Model(given, [total, dense] if outputs is list else {"total": total, "a": dense})


def load(tmp_path, model, mapping=None, **arguments):
    path = tmp_path / "model"
    create_keras_neuropod(path, "model", model, mapping, **arguments)
    return neuropod.load_neuropod(path)


def test_addition(tmp_path, keras, addition):
    create_keras_neuropod(tmp_path / "addition", model=adder(keras), **addition)
    check_addition(tmp_path / "addition")


def test_addition_with_aliases_and_without_specs(tmp_path, keras, addition):
    mapping = {"x": "x_", "y": "y_", "out": "out_"}
    for name in ("input_spec", "output_spec"):
        del addition[name]
    model = adder(keras, "x_", "y_", "out_")
    create_keras_neuropod(tmp_path / "addition", model=model, node_name_mapping=mapping, **addition)
    check_addition(tmp_path / "addition")


def test_inferred_specs_are_those_of_the_original(keras):
    vectors = [{"name": name, "dtype": "float32", "shape": ("batch_size",)} for name in ("x", "y", "out")]
    assert infer_keras_input_spec(adder(keras)) == vectors[:2]
    assert infer_keras_output_spec(adder(keras)) == vectors[2:]
    mapping = {"x": "a", "y": "b", "out": "c"}
    assert infer_keras_output_spec(adder(keras, "a", "b", "c"), mapping) == vectors[2:]


def test_other_outputs_than_expected_are_told(tmp_path, keras, addition):
    addition["test_expected_out"] = {"out": np.zeros(5)}
    with pytest.raises(ValueError, match="out does not match expected value"):
        create_keras_neuropod(tmp_path / "addition", model=adder(keras), **addition)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("inputs", [list, dict])
@pytest.mark.parametrize("outputs", [list, dict])
def test_outputs_are_those_of_predict(tmp_path, keras, inputs, outputs):
    model = two_outputs(keras, inputs, outputs)
    predicted = model.predict([X, Y] if inputs is list else {"x": X, "y": Y}, verbose=0)
    total, dense = predicted if outputs is list else (predicted["total"], predicted["a"])
    found = load(tmp_path, model).infer({"x": X, "y": Y})
    np.testing.assert_allclose(found["sum"], total)
    np.testing.assert_allclose(found["dense"], dense, rtol=1e-5)


def test_sequential(tmp_path, keras):
    model = keras.Sequential([keras.Input((4,), name="x"), keras.layers.Dense(2, name="y")])
    found = load(tmp_path, model)
    assert found.inputs == [{"name": "x", "dtype": "float32", "shape": ["batch_size", 4]}]
    np.testing.assert_allclose(found.infer({"x": X})["y"], model.predict(X, verbose=0), rtol=1e-5)


def test_a_sequential_model_that_was_built_by_its_first_call_takes_other_batches(tmp_path, keras):
    model = keras.Sequential([keras.layers.Dense(2, name="y")])
    model.predict(X[:1], verbose=0)
    (spec,) = infer_keras_input_spec(model)
    found = load(tmp_path, model, {"x": spec["name"], "y": "y"})
    np.testing.assert_allclose(found.infer({"x": X})["y"], model.predict(X, verbose=0), rtol=1e-5)


def test_nested_models_and_shared_layers(tmp_path, keras):
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="inner")], name="shared")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    model = keras.Model([x, y], [inner(x), inner(y)])
    found = load(tmp_path, model).infer({"x": X, "y": Y})
    for name, predicted in zip(("shared", "shared_1"), model.predict([X, Y], verbose=0), strict=True):
        np.testing.assert_allclose(found[name], predicted, rtol=1e-5)
    # The inner model stands alone as well.
    assert infer_keras_output_spec(inner)[0]["name"] == "inner"


def test_names_that_no_variable_can_have(tmp_path, keras):
    mapping = {"in/1": "x", "größe": "y", "class": "sum", "out-2": "dense"}
    model = two_outputs(keras)
    found = load(tmp_path, model, mapping, test_input_data={"in/1": X, "größe": Y}).infer({"in/1": X, "größe": Y})
    np.testing.assert_allclose(found["out-2"], model.predict([X, Y], verbose=0)[1], rtol=1e-5)


def test_outputs_can_be_left_out(tmp_path, keras):
    spec = [{"name": "y", "dtype": "float32", "shape": ("batch_size", 2)}]
    model = two_outputs(keras)
    found = load(tmp_path, model, {"a": "x", "b": "y", "y": "dense"}, output_spec=spec)
    assert found.outputs == [{"name": "y", "dtype": "float32", "shape": ["batch_size", 2]}]
    predicted = model.predict([X, Y], verbose=0)[1]
    np.testing.assert_allclose(found.infer({"a": X, "b": Y})["y"], predicted, rtol=1e-5)


def test_the_keys_of_dictionaries_are_names_too_in_keras_3(tmp_path):
    import keras

    mapping = {"x": "x", "y": "y", "first": "total", "second": "a"}
    assert [output["name"] for output in load(tmp_path, two_outputs(keras, dict, dict), mapping).outputs] == [
        "second",
        "first",
    ]


def test_strings_and_lookup_tables(tmp_path, keras):
    text = keras.Input((), dtype="string", name="text")
    model = keras.Model(text, keras.layers.StringLookup(vocabulary=["a", "b"], name="ids")(text))
    found = load(tmp_path, model)
    assert found.inputs == [{"name": "text", "dtype": "string", "shape": ["batch_size"]}]
    np.testing.assert_array_equal(found.infer({"text": np.array(["b", "?"])})["ids"], [2, 0])


def test_open_sizes_stay_open(tmp_path, keras):
    images = keras.Input((None, None, 3), name="images")
    model = keras.Model(images, keras.layers.GlobalAveragePooling2D(name="mean")(images))
    found = load(tmp_path, model)
    assert found.inputs[0]["shape"] == ["batch_size", None, None, 3]
    batch = np.ones((2, 5, 7, 3), np.float32)
    np.testing.assert_allclose(found.infer({"images": batch})["mean"], np.ones((2, 3)), rtol=1e-5)


def test_a_trained_model_is_packaged_as_it_is(tmp_path, keras):
    model = keras.Sequential([keras.Input((4,), name="x"), keras.layers.Dense(1, name="y")])
    model.compile("sgd", "mse")
    model.fit(X, Y[:, :1], epochs=2, verbose=0)
    found = load(tmp_path, model)
    np.testing.assert_allclose(found.infer({"x": X})["y"], model.predict(X, verbose=0), rtol=1e-5)


class TestRefused:
    def refuse(self, tmp_path, match, model, mapping=None, **arguments):
        with pytest.raises(ValueError, match=match) as caught:
            create_keras_neuropod(tmp_path / "model", "model", model, mapping, **arguments)
        assert isinstance(caught.value, neuropod.NeuropodValueError)
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize(
        ("mapping", "match"),
        [
            ({"x": "x", "y": "y", "out": "no"}, "no is neither a Keras input name nor a Keras output name.*x, y, out"),
            ({"x": "x", "out": "out"}, "Keras input/output layer y is not covered by node_name_mapping"),
            ({"x": "x", "y": "y"}, "Keras input/output layer out is not covered by node_name_mapping"),
            ({"x": "x", "z": "x", "y": "y", "out": "out"}, "x and z for x: expected one name"),
        ],
        ids=str,
    )
    def test_mappings(self, tmp_path, keras, mapping, match):
        self.refuse(tmp_path, match, adder(keras), mapping)

    def test_specs(self, tmp_path, keras):
        spec = [{"name": "z", "dtype": "float32", "shape": (None,)}]
        self.refuse(tmp_path, "Input z is not in model inputs, which are x, y", adder(keras), input_spec=spec)
        self.refuse(tmp_path, "Output z is not in model outputs", adder(keras), output_spec=spec)
        mapping = {name: name for name in ("x", "y", "out")}
        self.refuse(tmp_path, "Input z is not mapped", adder(keras), mapping, input_spec=spec)
        mapping = {"x": "x", "y": "y", "z": "out"}
        match = "Input z mapped to out is not in model inputs"
        self.refuse(tmp_path, match, adder(keras), mapping, input_spec=spec)
        wrong = [{"name": "out", "dtype": "int32", "shape": (None,)}]
        self.refuse(tmp_path, "int32", adder(keras), output_spec=wrong)

    def test_a_model_without_inputs(self, tmp_path, keras):
        self.refuse(tmp_path, "needs an Input layer", keras.Sequential([keras.layers.Dense(2)]))

        class Own(keras.Model):
            def call(self, x):
                return x

        self.refuse(tmp_path, r'model.export\("folder"\)', Own())

    def test_what_is_no_model(self, tmp_path):
        self.refuse(tmp_path, "`model` is of type dict: expected a Keras model", {})

    def test_a_session_of_another_world(self, tmp_path, keras):
        self.refuse(tmp_path, "`sess` is for models that were built in a graph", adder(keras), sess=object())

    def test_other_backends_of_keras(self):
        program = textwrap.dedent("""
            import keras, neuropod
            model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
            try:
                neuropod.create_keras_neuropod("no/model", "model", model)
            except ValueError as error:
                assert "Keras uses the backend 'torch'" in str(error), error
            else:
                raise AssertionError
        """)
        environment = {**os.environ, "KERAS_BACKEND": "torch"}
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)


class TestGraphsOfTensorFlow1:
    @pytest.fixture
    def session(self):
        import tensorflow as tf

        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            yield session

    def test_addition(self, tmp_path, session, addition):
        import tf_keras

        create_keras_neuropod(tmp_path / "addition", model=adder(tf_keras), sess=session, **addition)
        check_addition(tmp_path / "addition")

    def test_weights_become_constants(self, tmp_path, session):
        import tf_keras

        x = tf_keras.Input((4,), name="in")
        model = tf_keras.Model(x, tf_keras.layers.Dense(2, name="dense")(x))
        weights = [np.arange(8, dtype=np.float32).reshape(4, 2), np.float32([1, 2])]
        model.set_weights(weights)
        found = load(tmp_path, model, {"x": "in", "y": "dense"}, sess=session)
        np.testing.assert_allclose(found.infer({"x": X})["y"], X @ weights[0] + weights[1], rtol=1e-5)

    def test_the_session_is_needed(self, tmp_path, session):
        import tf_keras

        with pytest.raises(ValueError, match="`sess` is needed"):
            create_keras_neuropod(tmp_path / "model", "model", adder(tf_keras))
