// quad: several videos in one, and pictures out of videos, from the command line.
#include <fcntl.h>
#include <gst/gst.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "tools/quad/command.h"
#include "tools/quad/commands.h"

namespace quad {
namespace {

// Prints examples as they are written. From 2.5 on, CLI11 would fill them as a paragraph.
class Help : public CLI::Formatter {
 public:
  std::string make_footer (const CLI::App *) const override { return {}; }
  std::string make_help (const CLI::App *app, std::string name,
                         CLI::AppFormatMode mode) const override
  {
    const std::string footer = app->get_footer ();
    return CLI::Formatter::make_help (app, std::move (name), mode) +
           (footer.empty () ? "" : footer + "\n");
  }
};

Exit run (int argc, char **argv)
{
  CLI::App app ("Puts videos together, shrinks them, and takes pictures out of them.", "quad");
  app.formatter (std::make_shared<Help> ());
  app.set_version_flag ("--version", QUAD_VERSION);
  app.require_subcommand (1);
  app.footer ("quad COMMAND --help shows a command's options, with examples; man quad has all.");
  Action action;
  for (const AddCommand add : kCommands) add (app, action);
  try {
    app.parse (argc, argv);
  } catch (const CLI::ParseError &e) {
    return app.exit (e) == 0 ? Exit::ok : Exit::misuse;
  }
  gst_init (nullptr, nullptr);
  return action ();
}

}  // namespace
}  // namespace quad

// Without them, files that are opened later would get their numbers, and what is printed.
void open_standard_files ()
{
  int file = 0;
  while (file >= 0 && file <= STDERR_FILENO) file = open ("/dev/null", O_RDWR);
  if (file > STDERR_FILENO) close (file);
}

int main (int argc, char **argv)
{
  open_standard_files ();
  try {
    return static_cast<int> (quad::run (argc, argv));
  } catch (const std::exception &e) {
    std::cerr << "quad: " << e.what () << '\n';
    return static_cast<int> (quad::Exit::failed);
  }
}
