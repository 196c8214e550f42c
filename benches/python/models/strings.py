"""Returns its input."""


def get_model(data):
    def identity(x):
        return {"out": x}

    return identity
