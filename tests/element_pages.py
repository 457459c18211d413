#!/usr/bin/env python3
"""Keeps the pages of the elements as the elements are.

    tests/element_pages.py            compares; the last line is `N passed, N failed`
    tests/element_pages.py --write    writes the section "Reference" of each page anew

What gst-inspect-1.0 shows of an element is the last section of its page, docs/elements/NAME.md. In the tables before
it, which people write, each property must exist, with the default that they name. Needs the plugin in GST_PLUGIN_PATH.
"""

import pathlib
import re
import subprocess
import sys

try:
    import gi

    gi.require_version("Gst", "1.0")
    from gi.repository import GObject, Gst
except (ImportError, ValueError) as e:
    print(f"There are no bindings of GStreamer for Python: {e}")
    sys.exit(77)
if gi.version_info >= (3, 50):
    print("PyGObject from 3.50 on does not list the values of enums: the pages are compared on Debian 12.")
    sys.exit(77)

PAGES = pathlib.Path(__file__).resolve().parent.parent / "docs" / "elements"
MARK = "<!-- From here on made by tests/element_pages.py of what gst-inspect-1.0 shows. -->\n"
PRESENCES = {Gst.PadPresence.ALWAYS: "always", Gst.PadPresence.SOMETIMES: "sometimes",
             Gst.PadPresence.REQUEST: "on request"}
NONE = 2**64 - 1


def is_ours(spec):
    """Whether an element of ours adds the property: not GObject, GStreamer's base classes."""
    module = spec.owner_type.name
    return module.startswith(("GstQuad", "GstFrameExtract", "GstGifStreamEnc"))


def value_text(spec, value):
    """A default as it is written in a pipeline."""
    kind = spec.value_type
    if value is None or value == "":
        return "none"
    if kind.is_a(GObject.TYPE_ENUM):
        return value.value_nick
    if kind == GObject.TYPE_BOOLEAN:
        return "true" if value else "false"
    if kind == GObject.TYPE_UINT64 and value == NONE:
        return "none"
    if "0xAARRGGBB" in spec.blurb and isinstance(value, int) and value >= 0:
        return f"0x{value:08x}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (str, int)):
        return str(value)
    return "none"


def default_of(owner, spec):
    if not spec.flags & GObject.ParamFlags.READABLE or not spec.flags & GObject.ParamFlags.WRITABLE:
        return ""
    if spec.value_type.name in ("GstValueArray", "GstStructure", "GstSample"):
        return "none"
    if spec.value_type.name == "GstFraction":  # unknown to Python here
        return fraction_of(owner.get_factory().get_name(), spec.name)
    return value_text(spec, owner.get_property(spec.name))


def fraction_of(element, name):
    said = subprocess.run(["gst-inspect-1.0", element], capture_output=True, text=True, check=True).stdout
    return re.search(rf"(?ms)^  {name} +: .*?Default: (\d+/\d+)", said).group(1)


def range_of(spec):
    """What values there are; empty where the type says it all."""
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        return ", ".join(v.value_nick for v in spec.enum_class.__enum_values__.values())
    low, high = getattr(spec, "minimum", None), getattr(spec, "maximum", None)
    if low is None:
        return ""
    kind = spec.value_type.name
    if (kind, low, high) in (("guint", 0, 2**32 - 1), ("guint64", 0, NONE), ("gint", -(2**31), 2**31 - 1)):
        return ""
    text = (lambda v: f"{v:g}") if isinstance(low, float) else str
    return f"{text(low)} or more" if high in (2**31 - 1, NONE) else f"{text(low)} to {text(high)}"


def changes_of(spec):
    flags = int(spec.flags)
    if not flags & GObject.ParamFlags.WRITABLE:
        return "read-only"
    if flags & Gst.PARAM_MUTABLE_READY:
        return "in NULL or READY"
    text = "always"
    return text + ", controllable" if flags & Gst.PARAM_CONTROLLABLE else text


def type_of(spec):
    kind = spec.value_type
    names = {"gint": "int", "guint": "uint", "gint64": "int64", "guint64": "uint64", "gdouble": "double",
             "gboolean": "boolean", "gchararray": "string", "GstFraction": "fraction"}
    return "enum" if kind.is_a(GObject.TYPE_ENUM) else names.get(kind.name, kind.name)


def properties_of(owner):
    return sorted((s for s in owner.list_properties() if is_ours(s)), key=lambda s: s.name)


def property_table(owner):
    lines = ["| property | type | values | default | can be changed | |", "|---|---|---|---|---|---|"]
    for s in properties_of(owner):
        blurb = s.blurb.replace("|", "\\|")
        lines.append(f"| `{s.name}` | {type_of(s)} | {range_of(s)} | {default_of(owner, s)} | {changes_of(s)} | {blurb} |")
    return lines


def signals_of(owner):
    """Signals of our own, with the types that they take and give."""
    lines = []
    for name in GObject.signal_list_names(type(owner)):
        about = GObject.signal_query(name, type(owner))
        if about.itype.name.startswith("GstQuad"):
            takes = ", ".join(t.name for t in about.param_types)
            action = "action signal" if about.signal_flags & GObject.SignalFlags.ACTION else "signal"
            lines.append(f"| `{name}` | {action} | {takes} | {about.return_type.name} |")
    return ["| signal | | takes | gives |", "|---|---|---|---|"] + lines if lines else []


def media_of(template):
    caps = template.caps
    if caps.is_any():
        return "anything"
    names = []
    for i in range(caps.get_size()):
        features = caps.get_features(i)
        name = caps.get_structure(i).get_name() + ("(ANY)" if features and features.is_any() else "")
        if name not in names:
            names.append(name)
    return ", ".join(f"`{n}`" for n in names)


def reference_of(factory, element, pads):
    lines = [MARK, "## Reference", ""]
    lines += [f"{factory.get_metadata('long-name')}: `{factory.get_metadata('klass')}`, "
              f"since {factory.get_metadata('since')}, rank {factory.get_rank()}.", ""]
    lines += ["| pad | direction | there | media |", "|---|---|---|---|"]
    for t in sorted(element.get_pad_template_list(), key=lambda t: (-t.direction, t.name_template)):
        direction = "in" if t.direction == Gst.PadDirection.SINK else "out"
        lines.append(f"| `{t.name_template}` | {direction} | {PRESENCES[t.presence]} | {media_of(t)} |")
    lines += ["", "### The element's properties", ""] + property_table(element)
    for pad in pads:
        if properties_of(pad):
            lines += ["", "### The pads' properties", ""] + property_table(pad)
            break
    signals = signals_of(element)
    if signals:
        lines += ["", "### Signals", ""] + signals
    return "\n".join(lines) + "\n"


def rows_of(page):
    """(names, defaults) of each row of the tables of properties that people write."""
    for table in re.findall(r"(?m)(?:^\|.*\n)+", page):
        lines = [[c.strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in table.splitlines()]
        head = [h.lower() for h in lines[0]]
        if head[0] not in ("name", "property") or "default" not in head:
            continue
        for cells in lines[2:]:
            names = re.findall(r"`([a-z0-9-]+)`", cells[0])
            default = cells[head.index("default")].replace("`", "")
            yield names, [d.strip() for d in default.split(",")] if default else []


def problems_of(page, owners):
    """Where the tables that people write differ from the elements."""
    known = {}
    for owner in owners:
        for spec in owner.list_properties():
            known.setdefault(spec.name, []).append(default_of(owner, spec))
    for names, defaults in rows_of(page):
        for i, name in enumerate(names):
            if name not in known:
                yield f"there is no property {name}"
            elif len(defaults) == len(names) and defaults[i].replace("NULL", "none") not in known[name]:
                yield f"the default of {name} is {' or '.join(known[name])}, not {defaults[i]}"


def main():
    Gst.init(None)
    features = Gst.Registry.get().get_feature_list_by_plugin("quad")
    failed = passed = 0
    for factory in sorted((f for f in features if isinstance(f, Gst.ElementFactory)), key=lambda f: f.get_name()):
        element = factory.create(None)
        templates = [t for t in element.get_pad_template_list() if t.presence == Gst.PadPresence.REQUEST]
        pads = [element.request_pad(t, None, None) for t in templates if "%" in t.name_template]
        path = PAGES / (factory.get_name() + ".md")
        page = path.read_text()
        text, reference = page.split(MARK)[0].rstrip("\n") + "\n\n", reference_of(factory, element, pads)
        if "--write" in sys.argv[1:]:
            path.write_text(text + reference)
        elif text + reference != page:
            print(f"{path.name}: the section Reference is old: run tests/element_pages.py --write")
            failed += 1
        for problem in problems_of(text, [element, *pads]):
            print(f"{path.name}: {problem}")
            failed += 1
        passed += 1
        for pad in pads:
            element.release_request_pad(pad)
    if passed == 0:
        print("The plugin is not found: set GST_PLUGIN_PATH.")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
