#!/usr/bin/env python3
"""Writes a C++ file that holds the kernels: embed.py OUTPUT IMAGE|- ROOT NAME...

Kernels include the files ROOT/NAME as NAME; the first is the one to compile. The image is taken in by the
assembler: as a C++ array it would keep the compiler busy for a minute.
"""
import os
import sys


def bytes_of(data):
    lines = (data[i:i + 24] for i in range(0, len(data), 24))
    return ",\n".join(",".join(str(b) for b in line) for line in lines)


def array(name, data):
    return f"alignas (64) constexpr unsigned char {name}[] = {{\n{bytes_of(data)}}};\n"


# Read-only data of an ELF object, hidden as all of its namespace is.
IMAGE = """extern "C" __attribute__ ((visibility ("hidden"))) const unsigned char quad_kernel_image[];
__asm__ (".pushsection .rodata\\n.balign 64\\n.globl quad_kernel_image\\n.hidden quad_kernel_image\\n"
         "quad_kernel_image: .incbin \\"{path}\\"\\n.popsection");

"""


def main(output, image, root, *names):
    text = '#include "cuda/kernel_image.h"\n\n'
    if image != "-":
        text += IMAGE.format(path=os.path.abspath(image))
    text += "namespace quad::cuda {\nnamespace {\n\n"
    # NVRTC has no standard library; the kernels use these few names of it.
    text += 'constexpr char kCstdint[] =\n'
    for bits, kind in ((8, "char"), (16, "short"), (32, "int"), (64, "long long")):
        text += f'    "typedef signed {kind} q_i{bits}; typedef unsigned {kind} q_u{bits};"\n'
    text += '    "namespace std {"\n'
    for bits in (8, 16, 32, 64):
        text += f'    "typedef q_i{bits} int{bits}_t; typedef q_u{bits} uint{bits}_t;"\n'
    text += '    "typedef unsigned long long uintptr_t; typedef unsigned long long size_t; }";\n\n'
    for i, name in enumerate(names):
        text += array(f"kFile{i}", open(os.path.join(root, name), "rb").read() + b"\0")
    text += "\n}  // namespace\n\nconst void *kernel_image () { return "
    text += ("nullptr" if image == "-" else "quad_kernel_image") + "; }\n\n"
    text += "std::vector<SourceFile> kernel_sources ()\n{\n  auto text = [] (const unsigned char *p) "
    text += "{ return reinterpret_cast<const char *> (p); };\n  return {"
    text += ",\n          ".join(f'{{"{n}", text (kFile{i})}}' for i, n in enumerate(names))
    text += ',\n          {"cstdint", kCstdint}};\n}\n\n}  // namespace quad::cuda\n'
    with open(output, "w") as f:
        f.write(text)


main(*sys.argv[1:])
