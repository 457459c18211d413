// The providers: what computes a model.
#pragma once

#include <string>

#include "infer/library.h"

namespace quad::infer {

struct ProviderRow {
  Provider provider;
  const char *name;     // as the user says it
  const char *runtime;  // the runtime's name for it
  const char *needs;    // what the user can install: a sentence
  // Adds it to a session.
  ort::Failure (*append) (const ort::Api &, ort::SessionOptions *, const Settings &);
};

// Of one that is not `automatic`.
const ProviderRow &row_of (Provider provider);

// Sets `has` to whether the runtime was built with the provider.
ort::Failure has_provider (const ort::Api &api, const ProviderRow &row, bool &has);

// Whether this machine has a GPU of NVIDIA's, or its driver.
bool machine_has_nvidia ();

}  // namespace quad::infer
