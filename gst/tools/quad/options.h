// Adding options to a command.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "tools/quad/command.h"
#include "tools/quad/report.h"

namespace quad {

// An option whose text `read` reads into `target`; `looks` says how such a text looks.
template <typename T>
CLI::Option *add_value (CLI::App &command, const std::string &name, T &target,
                        std::optional<std::decay_t<T>> (*read) (const std::string &),
                        const std::string &looks, const std::string &help)
{
  return command.add_option_function<std::string> (
      name,
      [&target, read, looks, name] (const std::string &text) {
        const auto value = read (text);
        if (!value) throw CLI::ValidationError (name, "give " + looks + ", not " + text);
        target = *value;
      },
      help);
}

// The options of `Common`.
void add_common (CLI::App &command, Common &common);

// Adds --print and --report to a command, whose options are `Options` with a member `common`, and
// makes it the action that runs `job (options, report, progress)`.
template <typename Options, typename Job>
void finish_command (CLI::App *command, const std::shared_ptr<Options> &options, Action &action,
                     Job job)
{
  add_common (*command, options->common);
  const std::string name = "quad " + command->get_name ();
  command->callback ([options, &action, job, name] {
    action = [options, job, name] {
      return run_job (name, options->common, [&] (Report &report, Progress &progress) {
        job (*options, report, progress);
      });
    };
  });
}

}  // namespace quad
