// Makes sessions: a model, loaded with its options.
#pragma once

#include "infer/library.h"
#include "infer/log.h"
#include "infer/providers.h"

namespace quad::infer {

// What goes into a session. All must outlive the call, `runtime` and `route` also the session.
struct SessionSource {
  const Runtime &runtime;
  const Settings &settings;
  const LogRoute &route;
};

// Threads of a run.
int threads_of (const Settings &settings);

// Loads the model with one provider, from the cache if it is there. Problem::no_provider says that
// the provider cannot be had. What is wrong with the cache is added to `warning`.
Problem load_session (const SessionSource &source, const ProviderRow &provider,
                      ort::SessionHandle &to, std::string &warning);

}  // namespace quad::infer
