// Calls of the runtime, and owners of its objects.
#pragma once

#include <memory>
#include <string>

#include "infer/ort_api.h"

namespace quad::infer::ort {

// What the runtime says of a call that failed. Converts to true if it did.
struct [[nodiscard]] Failure {
  ErrorCode code = ErrorCode::ok;
  std::string text = {};

  explicit operator bool () const { return code != ErrorCode::ok; }
};

// The runtime's table of functions. Any thread.
class Api {
 public:
  explicit Api (const void *table) : slots_ (static_cast<Any *const *> (table)) {}

  template <typename S, typename... A>
  auto call (A... args) const
  {
    return reinterpret_cast<typename S::Function *> (slots_[S::index]) (args...);
  }

  // A call that returns a status, which is freed.
  template <typename S, typename... A>
  Failure check (A... args) const
  {
    return failure_of (call<S> (args...));
  }

 private:
  using Any = void ();

  Failure failure_of (Status *status) const;

  Any *const *slots_;
};

template <typename Release>
struct Releaser {
  const Api *api = nullptr;

  template <typename T>
  void operator() (T *object) const
  {
    api->call<Release> (object);
  }
};

// Owns an object that `Release` frees. The Api must outlive it.
template <typename T, typename Release>
using Handle = std::unique_ptr<T, Releaser<Release>>;

using EnvHandle = Handle<Env, ReleaseEnv>;
using MemoryInfoHandle = Handle<MemoryInfo, ReleaseMemoryInfo>;
using RunOptionsHandle = Handle<RunOptions, ReleaseRunOptions>;
using SessionHandle = Handle<Session, ReleaseSession>;
using SessionOptionsHandle = Handle<SessionOptions, ReleaseSessionOptions>;
using StatusHandle = Handle<Status, ReleaseStatus>;
using TypeInfoHandle = Handle<TypeInfo, ReleaseTypeInfo>;
using ValueHandle = Handle<Value, ReleaseValue>;

// Makes an object by the slot `Create`, whose last argument is where it goes.
template <typename Create, typename T, typename Release, typename... A>
Failure make (const Api &api, Handle<T, Release> &to, A... args)
{
  T *made = nullptr;
  Failure failure = api.check<Create> (args..., &made);
  to = Handle<T, Release> (failure ? nullptr : made, {&api});
  return failure;
}

inline Failure Api::failure_of (Status *status) const
{
  if (!status) return {};
  const StatusHandle owner (status, {this});
  const char *text = call<GetErrorMessage> (status);
  const ErrorCode code = call<GetErrorCode> (status);
  return {code == ErrorCode::ok ? ErrorCode::fail : code, text && *text ? text : "no reason given"};
}

}  // namespace quad::infer::ort
