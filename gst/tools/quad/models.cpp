#include "tools/quad/models.h"

#include <dlfcn.h>
#include <glib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <vector>

#include "glue/owned.h"
#include "tools/quad/ending.h"
#include "tools/quad/failure.h"
#include "tools/quad/names.h"

namespace quad {
namespace {

constexpr const char *kModel = "selfie_segmentation.onnx", *kRuntime = "libonnxruntime.so.1";
constexpr gint64 kMostToFetch = 30 * 60 * G_USEC_PER_SEC;

std::string environment (const char *name)
{
  const char *value = g_getenv (name);
  return value ? value : "";
}

bool is_there (const std::string &path)
{
  std::error_code ignored;
  return std::filesystem::exists (path, ignored);
}

// Its makers call it libonnxruntime.so.1; Debian puts the version there.
bool has_runtime ()
{
  constexpr int kOldest = 11, kNewest = 40;
  std::vector<std::string> names = {kRuntime, "libonnxruntime.so"};
  for (int minor = kOldest; minor <= kNewest; minor++)
    names.push_back (text ("libonnxruntime.so.1.", minor));
  for (const std::string &name : names) {
    if (void *library = dlopen (name.c_str (), RTLD_LAZY | RTLD_LOCAL)) {
      dlclose (library);
      return true;
    }
  }
  return false;
}

// quad-models beside this program, or where the shell finds it.
std::string models_tool ()
{
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink ("/proc/self/exe", error);
  const std::filesystem::path beside = self.parent_path () / "quad-models";
  if (!error && is_there (beside.string ())) return beside.string ();
  const Owned<char> found{g_find_program_in_path ("quad-models")};
  if (!found) throw Failure ("there is no quad-models to fetch a model with: give --model FILE");
  return found.get ();
}

// Between fork and exec. A signal may end this program at any time.
void end_with_parent (gpointer) { prctl (PR_SET_PDEATHSIG, SIGTERM); }

// Waits for a process, which gets a limited time.
bool ends_well (pid_t pid)
{
  const gint64 end = g_get_monotonic_time () + kMostToFetch;
  int status = 0;
  bool ended = false;
  while (!ended) {
    if (interrupted () || g_get_monotonic_time () > end) kill (pid, SIGKILL);
    ended = waitpid (pid, &status, WNOHANG) != 0;
    if (!ended) g_usleep (50 * 1000);
  }
  if (interrupted ()) throw Interrupted{};
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

void fetch (const std::string &folder, const std::vector<std::string> &wanted)
{
  const std::string tool = models_tool ();
  // The Python that has the distribution's packages.
  const std::string python = is_there ("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  std::vector<std::string> words = {python, tool, "fetch", "--folder", folder};
  words.insert (words.end (), wanted.begin (), wanted.end ());
  std::vector<char *> arguments;
  for (std::string &word : words) arguments.push_back (word.data ());
  arguments.push_back (nullptr);
  const auto flags = static_cast<GSpawnFlags> (G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN |
                                               G_SPAWN_DO_NOT_REAP_CHILD);
  GPid pid = 0;
  if (!g_spawn_async (nullptr, arguments.data (), nullptr, flags, end_with_parent, nullptr, &pid,
                      nullptr) ||
      !ends_well (pid))
    throw Failure ("what removes backgrounds could not be fetched, see above");
}

}  // namespace

std::string find_model (const std::string &given, Progress &progress)
{
  std::string folder = environment ("QUAD_MODELS");
  if (folder.empty ()) folder = text (g_get_user_cache_dir (), "/gst-quad");
  std::string model = given.empty () ? environment ("QUAD_MODEL") : given;
  std::vector<std::string> wanted;
  if (!model.empty ())
    check_input (model);
  else
    model = folder + "/" + kModel;
  if (!is_there (model)) wanted.emplace_back ("selfie");
  if (environment ("QUAD_ONNXRUNTIME").empty () && !has_runtime ()) {
    const std::string runtime = folder + "/" + kRuntime;
    if (!is_there (runtime)) wanted.emplace_back ("onnxruntime");
    g_setenv ("QUAD_ONNXRUNTIME", runtime.c_str (), TRUE);
  }
  if (wanted.empty ()) return model;
  progress.say (text ("fetches what removes backgrounds into ", folder, ", once"));
  fetch (folder, wanted);
  return model;
}

}  // namespace quad
