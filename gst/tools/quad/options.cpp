#include "tools/quad/options.h"

namespace quad {

void add_common (CLI::App &command, Common &common)
{
  command.add_flag ("--print", common.print,
                    "Print the gst-launch-1.0 line that does it, and do nothing");
  command.add_option ("--report", common.report)->group ("");
}

}  // namespace quad
