// The threads of a block, one after the other: each runs until all wait for one another.
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "hostcuda_kernel.h"

namespace hostcuda {

constinit thread_local int thread_index = 0, thread_count = 1;

namespace {

constexpr std::size_t kStack = std::size_t{256} << 10;

struct Thread {
  ucontext_t context = {};
  bool done = false;
};
// Their stacks, kept for the next block.
thread_local std::vector<std::unique_ptr<char[]>> stacks;

// The block that this thread of the host runs.
struct Block {
  const Kernel *kernel;
  void **params;
  ucontext_t scheduler = {};
  std::vector<Thread> threads{std::size_t (thread_count)};
  // What the threads have agreed on until they meet, and what they had when they met last.
  bool agreed = true, met_agreed = true;
};
constinit thread_local Block *block = nullptr;

void begin ()
{
  block->kernel->run (block->params);
  block->threads[std::size_t (thread_index)].done = true;
}

// Not inlined: getcontext may return again, which the compiler fears for the variables around it.
[[gnu::noinline]] void prepare (ucontext_t &context, char *stack, ucontext_t *after)
{
  getcontext (&context);
  context.uc_stack = {stack, 0, kStack};
  context.uc_link = after;
  makecontext (&context, begin, 0);
}

}  // namespace

void run_block (const Kernel &kernel, void **params, int threads)
{
  if (threads == 1) {
    kernel.run (params);
    return;
  }
  thread_count = threads;
  Block running = {&kernel, params};
  block = &running;
  while (stacks.size () < running.threads.size ()) stacks.emplace_back (new char[kStack]);
  for (std::size_t i = 0; i < running.threads.size (); i++)
    prepare (running.threads[i].context, stacks[i].get (), &running.scheduler);
  // The order changes each time that they meet: what is not waited for is seen by some, not by all.
  for (bool backward = false; !running.threads[0].done; backward = !backward) {
    for (int i = 0; i < threads; i++) {
      thread_index = backward ? threads - 1 - i : i;
      swapcontext (&running.scheduler, &running.threads[std::size_t (thread_index)].context);
    }
    // On a GPU a block hangs, or worse, if only some of its threads meet.
    for (const Thread &t : running.threads)
      if (t.done != running.threads[0].done) {
        std::fprintf (stderr, "hostcuda: kernel %s: a thread ended where others meet\n",
                      kernel.name);
        std::abort ();
      }
    running.met_agreed = running.agreed;
    running.agreed = true;
  }
  block = nullptr;
  thread_index = 0;
  thread_count = 1;
}

void meet ()
{
  if (block) swapcontext (&block->threads[std::size_t (thread_index)].context, &block->scheduler);
}

bool meet_all (bool yes)
{
  if (!block) return yes;
  block->agreed = block->agreed && yes;
  meet ();
  return block->met_agreed;
}

}  // namespace hostcuda
