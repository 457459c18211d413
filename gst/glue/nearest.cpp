#include "glue/nearest.h"

#include "host/nearest.h"

namespace quad {

gif::FindNearest fastest_find_nearest () { return host::find_nearest; }

}  // namespace quad
