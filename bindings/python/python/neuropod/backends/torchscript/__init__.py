"""Models of TorchScript."""
