/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CTF description of the trace, embedded so that a trace directory is complete wherever the plugin lies. */
    .section .rodata
    .global metadata_text, metadata_text_size
    .hidden metadata_text, metadata_text_size
metadata_text:
    .incbin "metadata"
metadata_text_end:
    .balign 8
metadata_text_size:
    .quad metadata_text_end - metadata_text
    .section .note.GNU-stack, "", %progbits
