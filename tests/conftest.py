from hypothesis import settings

# The tests share the machine with each other: how long one example takes says nothing.
settings.register_profile("pluriset", deadline=None)
settings.load_profile("pluriset")
