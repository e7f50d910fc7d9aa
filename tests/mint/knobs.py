"""
Knobs: how a test makes exactly one thing wrong. Every value of the mint
passes through knob("name", default). A knob that was set replaces the
default, or, if it is a function, is called with it. Whatever is signed,
hashed or logged afterwards is made from the replaced value, so nothing but
the one rule under test can refuse. A knob that nobody asks for is a spelling
mistake, and an error.
"""


class Knobs:
    def __init__(self, settings):
        self.settings, self.used = dict(settings), set()

    def __call__(self, name, default):
        if name not in self.settings:
            return default
        self.used.add(name)
        value = self.settings[name]
        return value(default) if callable(value) else value

    def check(self):
        unused = set(self.settings) - self.used
        if unused:
            raise KeyError(f"no such knob in this mint: {sorted(unused)}")
