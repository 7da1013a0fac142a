/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virqlab's tracer: a QEMU TCG plugin that follows any EL2 software, unmodified, and writes docs/trace-format.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "machine.h"
#include "options.h"
#include "profile.h"
#include "qemu_api.h"
#include "registers.h"
#include "robin.h"
#include "site.h"
#include "stimulus.h"
#include "translate.h"
#include "wake.h"

int qemu_plugin_version = QEMU_API_VERSION;

static struct options options;
static int api; /* of the plugin interface that QEMU has */

static int refuse(const char *reason)
{
    (void)fprintf(stderr, "virqlab: %s\n", reason);
    return -1;
}

static void on_deadline(void *opaque)
{
    (void)opaque;
    for (unsigned int i = 0; i < vcpus_count(); i++) {
        event_stop(vcpu_get(i), RECORD_END_DEADLINE);
    }
    machine_stop(0);
}

static void fail(const char *reason)
{
    (void)fprintf(stderr, "virqlab: %s\n", reason);
    exit(EXIT_FAILURE);
}

static void fail_if(const char *what, const char *problem)
{
    static char message[128];

    if (problem) {
        (void)snprintf(message, sizeof(message), "%s: %s", what, problem);
        fail(message);
    }
}

static void start_timers(void)
{
    fail_if("stimulus", options.stimulus ? stimulus_start() : NULL);
    fail_if("slice", options.slice ? robin_slice(options.slice) : NULL);
    if (options.deadline) {
        machine_timer_set(machine_timer_new(on_deadline), options.deadline);
    }
}

/* The clocks exist by now, which at installation they do not. */
static void on_vcpu_init(qemu_plugin_id_t id, unsigned int index)
{
    (void)id;
    fail_if("this QEMU does not show a register to plugins", registers_find());
    vcpu_init(index);
    fail_if("several vCPUs", robin_join(vcpu_get(index), index, api));
    if (index == 0) {
        start_timers();
    }
}

static void on_flush(qemu_plugin_id_t id)
{
    (void)id;
    sites_release();
}

/* A trace that lost a record gets no END: readers take it for what it is, cut off. */
static void on_exit_qemu(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    for (unsigned int i = 0; i < vcpus_count(); i++) {
        struct vcpu *vcpu = vcpu_get(i);

        if (!vcpu->writer) {
            continue;
        }
        event_stop(vcpu, RECORD_END_EXIT);
        if (writer_flush(vcpu->writer)) {
            event_end(vcpu);
            (void)writer_flush(vcpu->writer);
        }
    }
    if (options.profile) {
        (void)profile_write(options.profile);
    }
}

static const char *unsuitable(const qemu_info_t *info)
{
    if (info->version.cur < QEMU_API_VERSION) {
        return "this QEMU's plugin interface is older than version 4: use QEMU 10.0 or newer";
    }
    if (!info->system_emulation || strcmp(info->target_name, "aarch64") != 0) {
        return "traces qemu-system-aarch64 only";
    }
    return NULL;
}

/* What QEMU has to export for the options given. */
static bool find_machine(char *error, unsigned int size)
{
    const char *missing = machine_find();
    const char *for_store = machine_find_store();

    if (options.stimulus && (missing || for_store)) {
        (void)snprintf(error, size, "stimulus: this QEMU does not export %s", missing ? missing : for_store);
        return false;
    }
    if ((options.deadline || options.slice) && missing) {
        (void)snprintf(error, size, "%s: this QEMU does not export %s", options.deadline ? "deadline" : "slice",
                       missing);
        return false;
    }
    missing = options.begin_by_guest ? wake_by_guest() : NULL;
    if (missing) {
        (void)snprintf(error, size, "begin: this QEMU does not export %s", missing);
        return false;
    }
    return true;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    static char message[512];
    const char *problem = unsuitable(info);

    if (problem) {
        return refuse(problem);
    }
    api = info->version.cur;
    if (!options_parse(&options, argc, argv, message, sizeof(message))) {
        return refuse(message);
    }
    if (!find_machine(message, sizeof(message)) ||
        (options.stimulus && !stimulus_load(options.stimulus, message, sizeof(message)))) {
        return refuse(message);
    }
    if (!vcpus_open(options.out, (unsigned int)info->system.smp_vcpus)) {
        return -1;
    }
    translate_count_every_insn(options.count_insn);
    translate_watch_mmio(options.mmio == OPTIONS_MMIO_ALL, options.mmio != OPTIONS_MMIO_EL2);
    if (options.profile) {
        profile_enable(options.region_begin, options.region_end);
    }
    qemu_plugin_register_vcpu_init_cb(id, on_vcpu_init);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate_block);
    qemu_plugin_register_flush_cb(id, on_flush);
    qemu_plugin_register_atexit_cb(id, on_exit_qemu, NULL);
    return 0;
}
