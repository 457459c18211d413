/* GLib and GStreamer are not built with ThreadSanitizer. This tells it what their locks, reference
 * counts and queues order. To be preloaded after libtsan, see setup.sh. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire (void *at);
void __tsan_release (void *at);

/* One for all pools and one for all tasks: which pool or task it is does not matter here. */
static char pools, tasks;

#define REAL(type, name, ...)                \
  static type (*real) (__VA_ARGS__);         \
  if (!real) *(void **)&real = dlsym (RTLD_NEXT, #name)

#define LOCKS(name, type)                    \
  void name (type *lock)                     \
  {                                          \
    REAL (void, name, type *);               \
    real (lock);                             \
    __tsan_acquire (lock);                   \
  }
#define UNLOCKS(name, type)                  \
  void name (type *lock)                     \
  {                                          \
    REAL (void, name, type *);               \
    __tsan_release (lock);                   \
    real (lock);                             \
  }
#define TRIES(name, type)                    \
  gboolean name (type *lock)                 \
  {                                          \
    REAL (gboolean, name, type *);           \
    const gboolean locked = real (lock);     \
    if (locked) __tsan_acquire (lock);       \
    return locked;                           \
  }
LOCKS (g_mutex_lock, GMutex)
UNLOCKS (g_mutex_unlock, GMutex)
TRIES (g_mutex_trylock, GMutex)
LOCKS (g_rec_mutex_lock, GRecMutex)
UNLOCKS (g_rec_mutex_unlock, GRecMutex)
TRIES (g_rec_mutex_trylock, GRecMutex)
LOCKS (g_rw_lock_writer_lock, GRWLock)
UNLOCKS (g_rw_lock_writer_unlock, GRWLock)
LOCKS (g_rw_lock_reader_lock, GRWLock)
UNLOCKS (g_rw_lock_reader_unlock, GRWLock)

void g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (void, g_cond_wait, GCond *, GMutex *);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
  __tsan_acquire (cond);
}

gboolean g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 until)
{
  REAL (gboolean, g_cond_wait_until, GCond *, GMutex *, gint64);
  __tsan_release (mutex);
  const gboolean woken = real (cond, mutex, until);
  __tsan_acquire (mutex);
  __tsan_acquire (cond);
  return woken;
}

UNLOCKS (g_cond_signal, GCond)
UNLOCKS (g_cond_broadcast, GCond)

#undef g_once_init_enter
#undef g_once_init_leave
gboolean g_once_init_enter (volatile void *at)
{
  REAL (gboolean, g_once_init_enter, volatile void *);
  const gboolean first = real (at);
  __tsan_acquire ((void *)at);
  return first;
}

void g_once_init_leave (volatile void *at, gsize value)
{
  REAL (void, g_once_init_leave, volatile void *, gsize);
  __tsan_release ((void *)at);
  real (at, value);
}

#undef g_object_ref
#define REFS(name)                           \
  gpointer name (gpointer object)            \
  {                                          \
    REAL (gpointer, name, gpointer);         \
    const gpointer result = real (object);   \
    if (object) __tsan_acquire (object);     \
    return result;                           \
  }
#define UNREFS(name)                         \
  void name (gpointer object)                \
  {                                          \
    REAL (void, name, gpointer);             \
    if (object) {                            \
      __tsan_release (object);               \
      __tsan_acquire (object);               \
      __tsan_release (&pools);               \
    }                                        \
    real (object);                           \
  }
REFS (g_object_ref)
REFS (gst_object_ref)
REFS (gst_mini_object_ref)
UNREFS (g_object_unref)
UNREFS (gst_object_unref)
UNREFS (gst_mini_object_unref)

int gst_buffer_pool_acquire_buffer (gpointer pool, gpointer *buffer, gpointer params)
{
  REAL (int, gst_buffer_pool_acquire_buffer, gpointer, gpointer *, gpointer);
  const int flow = real (pool, buffer, params);
  __tsan_acquire (&pools);
  return flow;
}

#define PUSHES(name, type)                   \
  void name (type *queue, gpointer data)     \
  {                                          \
    REAL (void, name, type *, gpointer);     \
    __tsan_release (queue);                  \
    real (queue, data);                      \
  }
#define POPS(name, type)                     \
  gpointer name (type *queue)                \
  {                                          \
    REAL (gpointer, name, type *);           \
    const gpointer data = real (queue);      \
    __tsan_acquire (queue);                  \
    return data;                             \
  }
PUSHES (g_async_queue_push, GAsyncQueue)
POPS (g_async_queue_pop, GAsyncQueue)
POPS (g_async_queue_try_pop, GAsyncQueue)
gpointer g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  REAL (gpointer, g_async_queue_timeout_pop, GAsyncQueue *, guint64);
  const gpointer data = real (queue, timeout);
  __tsan_acquire (queue);
  return data;
}
PUSHES (gst_atomic_queue_push, void)
POPS (gst_atomic_queue_pop, void)

gpointer g_thread_join (GThread *thread)
{
  REAL (gpointer, g_thread_join, GThread *);
  const gpointer result = real (thread);
  __tsan_acquire (&tasks);
  return result;
}

gboolean g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  REAL (gboolean, g_thread_pool_push, GThreadPool *, gpointer, GError **);
  __tsan_release (&tasks);
  return real (pool, data, error);
}
