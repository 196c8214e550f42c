"""Two small arrays in, one out."""


def get_model(data):
    def add(x, y):
        return {"out": x + y}

    return add
