"""How fast jaxkeras is beside Keras, Flax, hand-written JAX and PyTorch; see README.md."""
