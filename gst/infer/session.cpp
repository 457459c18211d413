#include "infer/session.h"

#include <algorithm>
#include <thread>

#include "infer/model_cache.h"
#include "infer/problems.h"

namespace quad::infer {
namespace {

using Kind = Problem::Kind;
using ort::Failure;

ort::OptimizationLevel level_of (Optimization optimization)
{
  switch (optimization) {
    case Optimization::none: return ort::OptimizationLevel::none;
    case Optimization::basic: return ort::OptimizationLevel::basic;
    case Optimization::extended: return ort::OptimizationLevel::extended;
    default: return ort::OptimizationLevel::all;
  }
}

// Of one attempt to make a session.
struct Attempt {
  const std::string &model;
  Optimization optimization;
  std::string keep = {};  // the file that gets the optimized model; empty: none
};

class Maker {
 public:
  Maker (const SessionSource &source, const ProviderRow &provider)
      : source_ (source), api_ (source.runtime.api), provider_ (provider)
  {
  }

  // As load_session.
  Problem load (ort::SessionHandle &to, std::string &warning)
  {
    // What other providers make is in caches of their own.
    if (provider_.provider == Provider::cpu) {
      CachedModel cached (source_.settings, source_.runtime.version, provider_.name);
      if (load_cached (cached, to, warning) || make_cached (cached, to, warning)) return {};
    }
    return make ({source_.settings.model_file, source_.settings.optimization}, to);
  }

 private:
  // Whether it could be loaded from the cache.
  bool load_cached (CachedModel &cached, ort::SessionHandle &to, std::string &warning)
  {
    if (!cached.exists ()) return false;
    // It is optimized. To do that again could change its results.
    const Problem problem = make ({cached.path (), Optimization::none}, to);
    if (!problem) {
      source_.route.say (Severity::info, "Loaded the optimized model " + cached.path ());
      return true;
    }
    if (problem.kind == Kind::no_model) cached.remove ();
    warning += "The optimized model " + cached.path () +
               " cannot be used, so the model is optimized again. ";
    return false;
  }

  // Whether it could be loaded, and perhaps be put into the cache.
  bool make_cached (CachedModel &cached, ort::SessionHandle &to, std::string &warning)
  {
    if (!cached.has_place ()) return false;
    std::string why = cached.begin ();
    bool made = false;
    if (why.empty ()) {
      const Problem problem = make (
          {source_.settings.model_file, source_.settings.optimization, cached.unfinished ()}, to);
      made = !problem;
      why = made ? cached.finish () : problem.text;
    }
    if (!why.empty ())
      warning += as_sentence ("The optimized model cannot be kept in " +
                              source_.settings.cache_dir + ": " + why) +
                 " ";
    return made;
  }

  Failure set_options (const Attempt &attempt, ort::SessionOptions *options) const
  {
    // Idle threads that spin use a whole core each.
    constexpr char kSpinning[] = "session.intra_op.allow_spinning";
    const auto level = source_.route.wanted () ? ort::LoggingLevel::info : ort::LoggingLevel::fatal;
    const char *id = source_.route.id ().c_str ();
    const int threads = threads_of (source_.settings);
    if (Failure f = api_.check<ort::SetSessionLogId> (options, id)) return f;
    if (Failure f = api_.check<ort::SetSessionLogSeverityLevel> (options, static_cast<int> (level)))
      return f;
    if (Failure f = api_.check<ort::SetIntraOpNumThreads> (options, threads)) return f;
    if (Failure f = api_.check<ort::SetInterOpNumThreads> (options, 1)) return f;
    if (Failure f = api_.check<ort::AddSessionConfigEntry> (options, kSpinning, "0")) return f;
    // From the second run on a pattern is one block for all tensors, beside those that the first
    // run has left in the arena: 140 MB for eight convolutions of 512x512, which need 70 MB.
    // Without the arena each run would ask the system for its memory anew, which takes longer.
    if (Failure f = api_.check<ort::DisableMemPattern> (options)) return f;
    if (Failure f = api_.check<ort::SetSessionGraphOptimizationLevel> (
            options, level_of (attempt.optimization)))
      return f;
    if (attempt.keep.empty ()) return {};
    return api_.check<ort::SetOptimizedModelFilePath> (options, attempt.keep.c_str ());
  }

  Problem make (const Attempt &attempt, ort::SessionHandle &to) const
  {
    const std::string about = "The model " + attempt.model + " cannot be loaded: ";
    ort::SessionOptionsHandle options;
    if (const Failure f = ort::make<ort::CreateSessionOptions> (api_, options))
      return loading_problem (f, about);
    if (const Failure f = set_options (attempt, options.get ())) return loading_problem (f, about);
    if (const Failure f = provider_.append (api_, options.get (), source_.settings))
      return no_provider (f);
    const Failure f = ort::make<ort::CreateSession> (
        api_, to, static_cast<const ort::Env *> (source_.runtime.env.get ()),
        attempt.model.c_str (), static_cast<const ort::SessionOptions *> (options.get ()));
    return f ? session_problem (f, about) : Problem{};
  }

  // A provider may also find only here that the device is missing.
  Problem session_problem (const Failure &failure, const std::string &about) const
  {
    Problem problem = loading_problem (failure, about);
    const bool is_of_device = problem.kind == Kind::failed ||
                              failure.code == ort::ErrorCode::runtime_exception ||
                              failure.text.find ("CUDA") != std::string::npos ||
                              failure.text.find ("TensorRT") != std::string::npos;
    if (provider_.provider == Provider::cpu || problem.kind == Kind::out_of_memory) return problem;
    return is_of_device ? no_provider (failure) : problem;
  }

  Problem no_provider (const Failure &failure) const
  {
    return {Kind::no_provider, as_sentence (source_.runtime.name () + " cannot use " +
                                            provider_.name + ": " + plain_words (failure))};
  }

  const SessionSource &source_;
  const ort::Api &api_;
  const ProviderRow &provider_;
};

}  // namespace

int threads_of (const Settings &settings)
{
  if (settings.threads > 0) return settings.threads;
  return std::max (1, static_cast<int> (std::thread::hardware_concurrency ()));
}

Problem load_session (const SessionSource &source, const ProviderRow &provider,
                      ort::SessionHandle &to, std::string &warning)
{
  return Maker (source, provider).load (to, warning);
}

}  // namespace quad::infer
