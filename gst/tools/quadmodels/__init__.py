"""What `quad-models` does, as modules.

    packages      the table of what can be fetched
    fetch         fetches from the npm registry and checks what came
    tflite_file   reads TFLite files
    operators     the table of TFLite's operators, each as ONNX nodes
    convert       a TFLite file to an ONNX file with its modelinfo
    variants      writes variants of an ONNX model and the list of them; reads the list
    onnx_runtime  runs an ONNX model by ONNX Runtime's C library
    pairs         pictures whose matte is known (figure draws the person)
    metrics       how far a matte is from the right one
    reference     mattes of a large model on real pictures, to take for the right ones
    measure       runs settings of quadmatte (runner is the process for each) and measures quality, time, memory
    results       keeps results, finds the Pareto front, picks
    report        results as a table and charts
    compare       plans and runs all of that

Only those that read or write models need NumPy, onnx and flatbuffers.
"""
