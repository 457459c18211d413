#include "glue/threads.h"

#include <vector>

#include "host/thread_pool.h"

namespace {

struct Task {
  GstTaskPoolFunction function;
  gpointer data;
};

struct Tasks {
  std::shared_ptr<quad::host::ThreadPool> pool;
  std::vector<Task> waiting;
};

// Collects tasks, and runs them all when the first is joined.
struct QuadTaskPool {
  GstTaskPool parent;
  Tasks *tasks;
};
struct QuadTaskPoolClass {
  GstTaskPoolClass parent_class;
};

GType quad_task_pool_get_type ();

G_DEFINE_TYPE (QuadTaskPool, quad_task_pool, GST_TYPE_TASK_POOL)

QuadTaskPool *as_pool (gpointer pool) { return static_cast<QuadTaskPool *> (pool); }

gpointer push (GstTaskPool *pool, GstTaskPoolFunction function, gpointer data, GError **)
{
  as_pool (pool)->tasks->waiting.push_back ({function, data});
  return pool;  // any value but null: join () runs all tasks
}

void join (GstTaskPool *pool, gpointer)
{
  Tasks &tasks = *as_pool (pool)->tasks;
  if (tasks.waiting.empty ()) return;
  tasks.pool->run (static_cast<int> (tasks.waiting.size ()), [&] (int i, int) {
    const Task &task = tasks.waiting[static_cast<std::size_t> (i)];
    task.function (task.data);
  });
  tasks.waiting.clear ();
}

void finalize (GObject *object)
{
  delete as_pool (object)->tasks;
  G_OBJECT_CLASS (quad_task_pool_parent_class)->finalize (object);
}

void quad_task_pool_class_init (QuadTaskPoolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  // The base class would start threads of its own.
  klass->parent_class.prepare = [] (GstTaskPool *, GError **) {};
  klass->parent_class.cleanup = [] (GstTaskPool *) {};
  klass->parent_class.push = push;
  klass->parent_class.join = join;
  klass->parent_class.dispose_handle = [] (GstTaskPool *, gpointer) {};
}

void quad_task_pool_init (QuadTaskPool *self) { self->tasks = new Tasks; }

}  // namespace

namespace quad {

Threads::~Threads () = default;

const std::shared_ptr<host::ThreadPool> &Threads::pool ()
{
  if (!pool_) pool_ = host::make_thread_pool (count_);
  return pool_;
}

int Threads::size () { return pool ()->size (); }

GstTaskPool *Threads::task_pool ()
{
  if (!tasks_) {
    tasks_.reset (GST_TASK_POOL (g_object_new (quad_task_pool_get_type (), nullptr)));
    gst_object_ref_sink (tasks_.get ());
    as_pool (tasks_.get ())->tasks->pool = pool ();
  }
  return tasks_.get ();
}

}  // namespace quad
