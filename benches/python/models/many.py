"""Any number of arrays in, one out: the sum of the first and the last."""


def get_model(data):
    def add(x0, **others):
        last = others.get(f"x{len(others)}", x0)
        return {"out": x0 + last}

    return add
