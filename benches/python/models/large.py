"""Returns its input: whatever a call costs on top of that is a copy."""


def get_model(data):
    def identity(x):
        return {"out": x}

    return identity
