"""What a preset makes of two bodies."""

from mapping.exchanges import mapped


def headers(content_type, **more):
    """The headers of a body; an underscore in a name stands for a dash."""
    named = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in more.items()}}
    return [(name.encode(), value.encode()) for name, value in named.items()]


def pairs(preset, request, response, fields=(), **exchange):
    """The features and outputs of each instance, and the counters."""
    found = mapped({"preset": preset, **dict(fields)}, request, response, **exchange)
    return [(dict(p.features), dict(p.outputs)) for p in found.predictions], found.counters
