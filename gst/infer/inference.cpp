#include "infer/inference.h"

#include <new>
#include <utility>

#include "infer/model_file.h"
#include "infer/problems.h"
#include "infer/session.h"
#include "infer/tensors.h"

namespace quad::infer {
namespace {

using Kind = Problem::Kind;
using ort::Failure;

// A model that is loaded. The members are freed from the last to the first: the session before the
// route of its log.
class OnnxInference : public Inference {
 public:
  OnnxInference (const Runtime &runtime, Settings settings, const Log &log)
      : runtime_ (runtime), name_ (runtime.name ()), settings_ (std::move (settings)), route_ (log)
  {
  }

  Problem load ();

  Provider provider () const override { return provider_->provider; }
  const std::string &warning () const override { return warning_; }
  const std::string &runtime () const override { return name_; }
  std::span<const TensorInfo> inputs () const override { return inputs_; }
  std::span<const TensorInfo> outputs () const override { return outputs_; }
  Problem run (std::span<const Tensor> in, std::span<const Tensor> out) override;

 private:
  Problem load_named (const ProviderRow &provider);
  Problem load_automatic ();
  Problem try_cuda (bool &done);
  Problem describe ();
  Problem try_to_run (std::span<const Tensor> in, std::span<const Tensor> out);
  Failure bind (std::span<const Tensor> given, const std::vector<TensorInfo> &infos,
                std::vector<ort::ValueHandle> &to) const;

  const Runtime &runtime_;
  const std::string name_;
  const Settings settings_;
  const LogRoute route_;
  const ProviderRow *provider_ = &row_of (Provider::cpu);
  std::string warning_;
  std::vector<TensorInfo> inputs_, outputs_;
  std::vector<const char *> input_names_, output_names_;
  ort::MemoryInfoHandle memory_;
  ort::RunOptionsHandle run_options_;
  ort::SessionHandle session_;
};

Problem OnnxInference::load_named (const ProviderRow &provider)
{
  provider_ = &provider;
  bool has = false;
  if (const Failure f = has_provider (runtime_.api, provider, has))
    return loading_problem (f, name_ + " does not name its providers: ");
  Problem problem;
  if (has)
    problem = load_session ({runtime_, settings_, route_}, provider, session_, warning_);
  else
    problem = {Kind::no_provider, name_ + " is built without " + provider.name + "."};
  if (problem.kind == Kind::no_provider)
    problem.text += std::string (" ") + provider.needs + " Or use the CPU.";
  return problem;
}

// `done`: nothing is left to try.
Problem OnnxInference::try_cuda (bool &done)
{
  const ProviderRow &cuda = row_of (Provider::cuda);
  bool has = false;
  if (const Failure f = has_provider (runtime_.api, cuda, has))
    return loading_problem (f, name_ + " does not name its providers: ");
  Problem problem{Kind::no_provider, name_ + " is built without " + cuda.name + "."};
  if (has) problem = load_session ({runtime_, settings_, route_}, cuda, session_, warning_);
  const bool is_full = problem.kind == Kind::out_of_memory;
  done = problem.kind != Kind::no_provider && !is_full;
  if (done) {
    provider_ = &cuda;
    return problem;
  }
  route_.say (Severity::info, problem.text);
  // Without a GPU nobody misses CUDA.
  if (machine_has_nvidia ())
    warning_ += problem.text + " So the CPU runs the model. " + (is_full ? "" : cuda.needs) + " ";
  return {};
}

Problem OnnxInference::load_automatic ()
{
  bool done = false;
  if (Problem problem = try_cuda (done); problem || done) return problem;
  return load_named (row_of (Provider::cpu));
}

// What does not change from run to run.
Problem OnnxInference::describe ()
{
  const ort::Api &api = runtime_.api;
  if (Problem problem = read_tensors (api, session_.get (), Direction::input, inputs_))
    return problem;
  if (Problem problem = read_tensors (api, session_.get (), Direction::output, outputs_))
    return problem;
  for (const TensorInfo &info : inputs_) input_names_.push_back (info.name.c_str ());
  for (const TensorInfo &info : outputs_) output_names_.push_back (info.name.c_str ());
  const std::string about = "The model " + settings_.model_file + " cannot be prepared: ";
  if (const Failure f = ort::make<ort::CreateCpuMemoryInfo> (
          api, memory_, ort::AllocatorType::device, ort::MemoryType::standard))
    return loading_problem (f, about);
  if (const Failure f = ort::make<ort::CreateRunOptions> (api, run_options_))
    return loading_problem (f, about);
  // Lines of no interest would be written for each frame.
  const auto level = route_.wanted () ? ort::LoggingLevel::warning : ort::LoggingLevel::fatal;
  if (const Failure f = api.check<ort::RunOptionsSetRunLogSeverityLevel> (run_options_.get (),
                                                                          static_cast<int> (level)))
    return loading_problem (f, about);
  return {};
}

Problem OnnxInference::load ()
{
  Problem problem = settings_.provider == Provider::automatic
                        ? load_automatic ()
                        : load_named (row_of (settings_.provider));
  if (!problem) problem = describe ();
  if (problem) return problem;
  while (warning_.ends_with (' ')) warning_.pop_back ();
  route_.say (Severity::info, "Loaded " + settings_.model_file + " with " + name_ + ", " +
                                  provider_->name + ", " + std::to_string (threads_of (settings_)) +
                                  " threads");
  return {};
}

// Makes values of the runtime that lie in the caller's memory.
Failure OnnxInference::bind (std::span<const Tensor> given, const std::vector<TensorInfo> &infos,
                             std::vector<ort::ValueHandle> &to) const
{
  to.resize (given.size ());
  for (std::size_t i = 0; i < given.size (); i++)
    if (Failure f = ort::make<ort::CreateTensorWithDataAsOrtValue> (
            runtime_.api, to[i], static_cast<const ort::MemoryInfo *> (memory_.get ()),
            static_cast<void *> (given[i].data.data ()), given[i].data.size (),
            given[i].shape.data (), given[i].shape.size (), data_type_of (infos[i].type)))
      return f;
  return {};
}

Problem OnnxInference::try_to_run (std::span<const Tensor> in, std::span<const Tensor> out)
{
  if (Problem problem = check_tensors (in, Direction::input, inputs_)) return problem;
  if (Problem problem = check_tensors (out, Direction::output, outputs_)) return problem;
  const std::string about =
      "The model " + settings_.model_file + " cannot be run with " + provider_->name + ": ";
  std::vector<ort::ValueHandle> ins, outs;
  if (const Failure f = bind (in, inputs_, ins)) return running_problem (f, about);
  if (const Failure f = bind (out, outputs_, outs)) return running_problem (f, about);
  std::vector<const ort::Value *> from;
  std::vector<ort::Value *> to;
  for (const ort::ValueHandle &value : ins) from.push_back (value.get ());
  for (const ort::ValueHandle &value : outs) to.push_back (value.get ());
  const Failure f = runtime_.api.check<ort::Run> (
      session_.get (), static_cast<const ort::RunOptions *> (run_options_.get ()),
      input_names_.data (), from.data (), from.size (), output_names_.data (), to.size (),
      to.data ());
  return f ? running_problem (f, about) : Problem{};
}

Problem OnnxInference::run (std::span<const Tensor> in, std::span<const Tensor> out)
{
  try {
    return try_to_run (in, out);
  } catch (const std::bad_alloc &) {
    return {Kind::out_of_memory, "There is not enough memory to run the model."};
  } catch (const std::exception &error) {
    return {Kind::failed, as_sentence (std::string ("The model cannot be run: ") + error.what ())};
  }
}

std::unique_ptr<Inference> try_to_open (const Settings &settings, const Log &log, Problem &problem)
{
  problem = check_model_file (settings.model_file);
  if (problem) return nullptr;
  const Runtime *runtime = Library::shared ().open (problem);
  if (!runtime) return nullptr;
  auto opened = std::make_unique<OnnxInference> (*runtime, settings, log);
  problem = opened->load ();
  if (problem) return nullptr;
  return opened;
}

}  // namespace

std::unique_ptr<Inference> open (const Settings &settings, const Log &log, Problem &problem)
{
  try {
    return try_to_open (settings, log, problem);
  } catch (const std::bad_alloc &) {
    problem = {Kind::out_of_memory, "There is not enough memory to load the model."};
  } catch (const std::exception &error) {
    problem = {Kind::failed,
               as_sentence (std::string ("The model cannot be loaded: ") + error.what ())};
  }
  return nullptr;
}

}  // namespace quad::infer
