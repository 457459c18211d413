// Compiled once a library: headers that take long to read. Each file still includes what it uses:
// `meson setup -Db_pch=false` shows it.
#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>
#include <json-glib/json-glib.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>
