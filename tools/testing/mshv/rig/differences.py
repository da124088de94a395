# SPDX-License-Identifier: GPL-2.0-only
"""Where the kernel's own mshv_root does something else than ours.

A difference that is not listed fails `make check`, and so does a listed one
that no longer occurs. `make differences` writes what is listed here to the
documentation.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Difference:
    """What the kernel's own driver is seen to do, and why ours does not."""

    observed: str
    reason: str


@dataclasses.dataclass(frozen=True)
class LeftOver:
    """A line of the ledger, by what it begins with."""

    line: str
    reason: str


# Rows of the matrix
DIFFERENCES = {
    "l1vh-no-bank": Difference(
        "loads, VPs dispatched by Linux",
        "It takes the first bank of capabilities at its word without looking at the "
        "number of banks, which is 0."),
}

LOOKING_MARKS = (
    "To look at the bits of pages without changing them is one operation of three. It has "
    "two ways for them, clear and not clear, so that looking sets the bits.")

RAISES_TWICE = (
    "Where Linux dispatches, an interrupt of a VP that is being dispatched is put on the "
    "register page and raised by hypercall as well: the guest gets it once or twice.")
RAISES_AS_EDGE = (
    "Where Linux dispatches, it puts any interrupt with a physical destination on the "
    "register page, which knows neither types nor level-triggered ones.")
COMPARES_NUMBERS = (
    "It compares the vector that was acknowledged with the number of the interrupt. A "
    "message that fits none is never released, and no other arrives behind it.")
WITHOUT_END = (
    "It deposits memory as long as the hypervisor asks for it: until the system has none.")
COUNTS_AS_SYSTEM = (
    "Where Linux dispatches, it does not tell the kernel when a guest runs: the time counts "
    "as that of the system.")
WAITS_FOR_EVER = (
    "No signal ends its waiting for a call that the hypervisor finishes later.")

LOSES_CLEAN_PAGES = (
    "It maps a page that is writable and clean, and does not mark it as written to. Reclaim "
    "drops the page, or reads an old copy again.")

CANNOT_WAIT = (
    "It looks up pages with the VMM's mmap_lock held, and so cannot wait for the handler of "
    "userfaultfd: the handler is not asked, and the access reaches the VMM.")
LOSES_CONTROL = (
    "When the hypervisor refuses to take memory away, the kernel prints a backtrace and the "
    "guest goes on.")

# Tests of child partitions that it fails, and why: "program.fixture.test" or
# "program.fixture.variant.test", where * stands for anything.
FAILURES = {
    "movable.guest.touch_brings_in_64_kib":
        "It brings in all of the 2 MiB around a page that the guest touches.",
    "faults_running.fault.vp_is_run":
        "When it finds no memory for a page that the guest touches, the VMM is told of the "
        "access as if there were no region.",
    "faults_running.fault.bits_of_pages_are_read":
        "It deposits no memory when the hypervisor asks for some to cut up large pages.",
    "dirty.swap.shared_memory_that_the_vmm_read": LOSES_CLEAN_PAGES,
    "dirty.swap.small_pages_swapped_in_by_reading": LOSES_CLEAN_PAGES,
    "dirty.swap.small_pages_that_were_free": LOSES_CLEAN_PAGES,
    "dirty.swap.huge_pages_that_were_free": LOSES_CLEAN_PAGES,
    "reclaim.guest.control_group_reclaims_memory_of_a_snapshot": LOSES_CLEAN_PAGES,
    "userfaultfd.guest.missing_pages": CANNOT_WAIT,
    "userfaultfd.guest.protected_pages": CANNOT_WAIT,
    "userfaultfd.guest.minor_faults": CANNOT_WAIT,
    "sources.guest.memory_that_the_vmm_may_only_read":
        "It asks for pages to write to also when the guest only reads.",
    "mmio.guest.vmm_memory_may_be_read_only_too":
        "It always asks for a writable page of the VMM's, also when the region or the "
        "access is for reading. Memory that the VMM itself may only read never gets to "
        "the guest: the first read reaches the VMM as an intercept.",
    "mmio.guest.read_only_memory_in_a_writable_region_is_read":
        "It always asks for a writable page of the VMM's, so that reads reach the VMM, too.",
    "device.guest.device_taken_away_is_gone":
        "What it unmaps are the pages that it has a struct page for. Registers of a "
        "device have none, so the guest goes on using them after the region is gone.",
    "device.guest.region_may_not_pass_the_end_of_a_device":
        "It looks at the mapping of the first page only, and takes what lies behind the "
        "device to be a part of it, too.",
    "device.guest.region_must_be_contiguous_in_a_device":
        "It looks at the mapping of the first page only, and takes the following page of "
        "the machine for the second one.",
    "movable.guest.hole_next_to_a_page_does_no_harm":
        "It asks for many pages around the one that was touched, and for that one alone "
        "no more when one of them cannot be had: the access reaches the VMM.",
    "movable.guest.what_is_no_region_is_left_alone":
        "Pages that have left the VMM are mapped without access, and are not among those "
        "that it unmaps with the region. They stay so for good.",
    "misuse_hvcall.guest.hvcall_fields":
        "It looks at out_sz only if there is an out_ptr, and does not mind the rest.",
    "misuse_irq.guest.eventfd_serves_one_virtual_machine":
        "It looks for an irqfd with the same eventfd in the one partition only.",
    "vp_state.guest.misuse_gives_the_documented_errno":
        "It asks whether a buffer is user space before it asks whether it wraps around, so "
        "the errno for the latter is never given.",
    "offline.guest.pages_are_offline_while_the_hypervisor_has_them":
        "It does not mark the pages that it deposits.",
    "access.guest.*.bits_are_what_the_guest_did": LOOKING_MARKS,
    "access.guest.*.bits_can_be_set": LOOKING_MARKS,
    "access.guest.*.bits_stay_when_memory_moves": LOOKING_MARKS,
    "access.guest.*.misuse_gives_the_documented_errno":
        "It takes any number of pages: it allocates 8 bits for each, cuts the number to 32 "
        "bits for the hypercall, and says ENOMEM where the range is what is wrong.",
}

# Tests that are not run, since the system or the rest of their program would not
# survive, or it would take too long, or they are not meant for it. Named likewise.
NOT_RUN = {
    "irqfd.irq.signal_interrupts_the_guest": RAISES_TWICE,
    "irqfd.irq.signal_before_the_connection_interrupts_once": RAISES_TWICE,
    "irqfd.irq.irqfd_follows_its_route": RAISES_TWICE,
    "irqfd.irq.closed_eventfd_is_disconnected": RAISES_TWICE,
    "irq_storm.irq.no_interrupt_is_lost_when_routes_change": RAISES_TWICE,
    "irq_storm.irq.no_interrupt_of_a_storm_is_lost_when_routes_change": RAISES_TWICE,
    "irq_storm.irq.no_interrupt_is_lost_when_the_thread_is_interrupted": RAISES_TWICE,
    "irq_storm.irq.deassigned_irqfd_is_silent": RAISES_TWICE,
    "guest_time.guest.guest_time_is_of_the_process": COUNTS_AS_SYSTEM,
    "guest_time.guest.guest_time_is_of_the_system": COUNTS_AS_SYSTEM,
    "irqfd.irq.other_types_of_interrupts": RAISES_AS_EDGE,
    "irqfd.irq.level_interrupt_comes_until_the_line_is_down": RAISES_AS_EDGE,
    "irqfd.irq.acknowledgment_comes_when_the_guest_gives_it": RAISES_AS_EDGE,
    "irqfd.irq.all_devices_of_a_line_are_asked": RAISES_AS_EDGE,
    "irqfd.irq.acknowledgment_is_for_one_line": RAISES_AS_EDGE,
    "irqfd.irq.acknowledgment_is_found_by_vector": COMPARES_NUMBERS,
    "irqfd.irq.acknowledgment_survives_a_change_of_route": COMPARES_NUMBERS,
    "irqfd.irq.acknowledgment_that_nobody_wants": COMPARES_NUMBERS,
    "vp_state_apic.apic.*.pending_interrupts_come_again":
        "The guest acknowledges an interrupt that no irqfd has raised. The message is never "
        "released, and no other arrives on that processor.",
    "races.guest.irqfds_and_routes_by_all":
        "Where Linux dispatches, it takes every VP that an interrupt is for to exist, and "
        "follows a NULL pointer.",
    "irqfd.irq.nothing_is_left_on_the_register_page":
        "Where Linux dispatches, it leaves interrupts on that page until the VP is run "
        "again.",
    "ioeventfd_races.guest.processor_goes_with_doorbells_in_its_ring":
        "It does not read the ring of a processor that goes. Where the hypervisor "
        "schedules, the doorbells may be in the ring of another one.",
    "dirty.swap.huge_pages_swapped_in_by_reading": LOSES_CLEAN_PAGES,
    "userfaultfd.guest.signal_ends_the_wait": CANNOT_WAIT,
    "userfaultfd.guest.others_go_on_during_the_wait": CANNOT_WAIT,
    "userfaultfd.guest.region_goes_during_the_wait": CANNOT_WAIT,
    "condemned.guest.memory_is_not_taken_away": LOSES_CONTROL,
    "condemned.guest.memory_is_not_unmapped": LOSES_CONTROL,
    "movable.guest.region_is_mapped_and_unmapped_2_mib_at_a_time":
        "It leaves pages mapped, which has a test of its own, and maps in small pages.",
    "movable.guest.region_is_mapped_and_unmapped_in_small_pages":
        "It leaves pages mapped, which has a test of its own.",
    "access.guest.small_pinned.*":
        "A parameter of our module has its memory pinned.",
    "access.guest.large_pinned.*":
        "A parameter of our module has its memory pinned.",
    "faults.fault.vp_is_created_with_memory_of_the_parent":
        "In an L1VH it takes it for a mistake that the hypervisor wants memory of the root "
        "partition, and says EIO.",
    "faults_running.fault.memory_leaves_a_guest":
        "Without memory to cut up a large page it refuses to take away a part of it, which "
        "the kernel answers with backtraces. The guest keeps the pages.",
    "faults_running.fault.memory_is_pinned_and_unpinned":
        "A parameter of our module has its memory pinned.",
    "refusals.guest.memory_cannot_be_pinned":
        "A parameter of our module has its memory pinned.",
    "leaks.guest.no_page_of_guest_memory_stays_pinned":
        "A parameter of our module has its memory pinned.",
    "refusals.guest.status_of_a_hypercall_has_an_errno": WITHOUT_END,
    "refusals.guest.memory_of_the_hypervisor_is_never_enough": WITHOUT_END,
    "refusals.guest.state_of_a_vp_is_refused": WITHOUT_END,
    "waiting_calls.guest.who_asks_for_many_pages_can_be_killed":
        "It allocates 8 bits for each page of a request and works that off to its end, "
        "fatal signal or not.",
    "waiting_calls.guest.killed_caller_leaves_its_call_to_the_hypervisor": WAITS_FOR_EVER,
    "waiting_calls.guest.partition_goes_with_a_call_that_is_pending": WAITS_FOR_EVER,
}

# Backtraces in the kernel log, by what is in their first lines.
BACKTRACES = {
    "mshv_region_handle_gfn_fault":
        "A GPA intercept that it cannot resolve is a fault of the kernel to it. The VMM "
        "causes one by mapping memory that it may only read.",
    "vmalloc error":
        "It allocates what a request for the bits of pages asks for, whatever that is.",
}

# The line of the ledger that is another one when it has been used
LEFT_OVER = LeftOver(
    "deposited 1 ",
    "For each child that it creates, it deposits memory for the parent partition itself, "
    "and does not withdraw it.")
