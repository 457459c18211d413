// Which metas a picture keeps when it gets alpha.
#pragma once

#include <gst/gst.h>

namespace quad {

// True for what describes neither the buffer's memory nor its colours.
bool stays_with_picture (const GstMetaInfo *meta);

}  // namespace quad
