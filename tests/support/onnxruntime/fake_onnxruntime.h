// What tests can ask the double of ONNX Runtime. See README.md.
#pragma once

extern "C" {

// Objects that were made and not freed.
int quad_fake_ort_live ();
// Calls that could have failed, since the last reset.
int quad_fake_ort_calls ();
void quad_fake_ort_reset ();
// What the last session was made with, as "threads=2 spinning=0 level=99 ...". Valid until the next
// call of the thread.
const char *quad_fake_ort_session ();
}
