# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of child partitions: programs on the kernel's kselftest_harness.h, and
# the example VMM of the documentation. The rig takes their names from TESTS:
#
#	make -C tools/testing/selftests/mshv -s list-tests
#
#	make -C tools/testing/selftests/mshv KSELFTEST=DIR O=DIR tests
#
# KSELFTEST is tools/testing/selftests of the source of the kernel they run on.

TESTS := ports instructions mmio device memory vp_pages lifetime scale signals \
	 scheduling movable dirty reclaim misuse misuse_hvcall misuse_irq races ioeventfd debugfs_counters \
	 access misuse_ioeventfd ioeventfd_races vp_state vp_state_apic translate intercept_results vp_state_synic
EXAMPLES := example_vmm
DEMOS := demo_vm shutdown_witness

# Processors of the parent that come and go
TESTS += hotplug

# Interrupts and time
TESTS += apic ipi deliverability apic_timer synthetic stimer synic time_freeze guest_idle hypercalls

# Memory of the hypervisor
TESTS += offline

# What seldom happens
TESTS += refusals waiting_calls faults faults_running

# What a guest does to its own registers, and what happens to it
TESTS += register_intercepts pending_events
TESTS += crash_report

# What a guest sees of the hypervisor
TESTS += guest_interface

# State of a VP that is more than a page
TESTS += vp_state_pages

# All of a VP
TESTS += migration

# What the driver took from its VMM
TESTS += leaks

# Interrupts by eventfd
TESTS += irqfd irq_storm

LIB := $(patsubst lib/%.c,%,$(wildcard lib/*.c))

# Guest functions are copied to where no library is and no relocation is made.
# The harness compares whatever it is given with a plain 0 or 1, and functions
# of a table have parameters that one of them does not need. An interrupt uses the
# stack of the guest function that it interrupts.
TEST_CFLAGS := $(CFLAGS) -Werror -Wno-sign-compare -Wno-unused-parameter \
	-I$(CURDIR) -I$(CURDIR)/lib -I$(KSELFTEST) -pthread \
	-fno-stack-protector -fcf-protection=none -fno-jump-tables -mno-red-zone \
	-fno-tree-loop-distribute-patterns -fno-strict-aliasing

.PHONY: tests list-tests

tests: $(TESTS:%=$(O)/%) $(DEMOS:%=$(O)/%) $(EXAMPLES:%=$(O)/%)

list-tests:
	@echo $(TESTS)

$(O)/lib/%.o: lib/%.c
	@mkdir -p $(O)/lib
	$(CC) $(TEST_CFLAGS) -MMD -c -o $@ $<

$(O)/lib/libmshv.a: $(LIB:%=$(O)/lib/%.o)
	rm -f $@
	$(AR) rcs $@ $^

# See lib/reached.h.
$(TESTS:%=$(O)/%) $(O)/shutdown_witness: LDFLAGS += -Wl,--wrap=ioctl,--wrap=mmap

$(TESTS:%=$(O)/%) $(DEMOS:%=$(O)/%): $(O)/%: %.c $(O)/lib/libmshv.a
	@mkdir -p $(O)
	$(CC) $(TEST_CFLAGS) $(LDFLAGS) -MMD -MF $(O)/.$*.d -o $@ $< \
		$(O)/lib/libmshv.a

$(EXAMPLES:%=$(O)/%): $(O)/%: %.c
	@mkdir -p $(O)
	$(CC) $(CFLAGS) -Werror $(LDFLAGS) -MMD -MF $(O)/.$*.d -o $@ $<

-include $(TESTS:%=$(O)/.%.d) $(DEMOS:%=$(O)/.%.d) $(EXAMPLES:%=$(O)/.%.d) \
	$(LIB:%=$(O)/lib/%.d)

include vmm/linux_vmm/linux_vmm.mk
