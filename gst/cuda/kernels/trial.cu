// Whether nvcc works here, asked when this is configured.
extern "C" __global__ void quad_trial () {}
