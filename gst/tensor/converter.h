// An element for the library's own pipelines: converts frames by the engine, with the same bytes in
// every memory (docs/pixels.md, "Conversion").
#pragma once

namespace quad::tensor {

// The element's name in launch lines, once register_converter () was called.
inline constexpr const char *kConverter = "quadtensorconvert";

// Makes the element known to this process. On any thread, after gst_init.
void register_converter ();

}  // namespace quad::tensor
