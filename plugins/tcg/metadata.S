/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CTF description of the trace, embedded so that a trace directory is complete wherever the plugin lies. */
    .section .rodata
    .global metadata_text, metadata_text_end
    .hidden metadata_text, metadata_text_end
metadata_text:
    .incbin "metadata"
metadata_text_end:
    .section .note.GNU-stack, "", %progbits
