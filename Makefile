# SPDX-License-Identifier: GPL-2.0-only
#
# Front door. Everything built stays in build/, kernels stay in
# $XDG_CACHE_HOME/mshv (default ~/.cache/mshv).

KERNEL_VERSION ?= 7.3
KDIR ?=
DESTDIR ?=
BASE ?= $(KERNEL_VERSION)
ONLY ?=
ACCEL ?=
QEMU ?=
SLOW ?=
CPUS ?=
PROGRAMS ?=
MODES ?=
DRIVER ?=
FLAVOUR ?= base
TEST ?=
BUILD := $(CURDIR)/build

export DESTDIR KERNEL_VERSION ACCEL QEMU SLOW CPUS PROGRAMS MODES TEST
export PYTHONPATH := $(CURDIR)/scripts:$(CURDIR)/tools/testing/mshv
export PYTHONDONTWRITEBYTECODE := 1

KERNELS = python3 -m kernels
RIG = python3 -m rig
SERIES = python3 -m series

.PHONY: modules install uninstall deb rpm demo check soak kunit selftests coverage differences series series-check static shell base-kernel update clean help
.DEFAULT_GOAL := modules

modules:
	@kdir=$$(scripts/kernel-dir '$(KDIR)') && \
	out=$(BUILD)/modules/$$(cat "$$kdir/include/config/kernel.release") && \
	scripts/build-module "$$kdir" "$$out" && \
	echo "built $$out/mshv_root.ko"

# Without the KUnit suites, which are no part of a system.
install:
	@kdir=$$(scripts/kernel-dir '$(KDIR)') && \
	out=$(BUILD)/install/$$(cat "$$kdir/include/config/kernel.release") && \
	scripts/build-module "$$kdir" "$$out" CONFIG_MSHV_ROOT_KUNIT_TEST= && \
	scripts/install add "$$kdir" "$$out"

uninstall:
	@kdir=$$(scripts/kernel-dir '$(KDIR)') && scripts/install remove "$$kdir"

deb rpm:
	@scripts/packages $@
	@scripts/package $@

demo:
	@scripts/packages build rig
	@$(RIG) demo

check:
	@scripts/packages build rig static docs
	@$(RIG) check $(ONLY)

soak:
	@scripts/packages build rig static docs
	@$(RIG) soak $(ONLY)

kunit:
	@scripts/packages build rig
	@$(RIG) check kunit conformance

selftests:
	@scripts/packages build rig
	@$(RIG) check $(if $(filter kernel,$(DRIVER)),peer-)selftests

static:
	@scripts/packages build static
	@$(RIG) check static

coverage:
	@$(RIG) coverage

differences:
	@$(RIG) differences

series:
	@scripts/packages series
	@$(SERIES) make '$(BASE)'

series-check:
	@scripts/packages build series
	@$(SERIES) check '$(BASE)'

shell:
	@scripts/packages build rig
	@$(RIG) shell

base-kernel:
	@scripts/packages build
	@$(KERNELS) $(FLAVOUR)

update:
	@scripts/packages build
	@$(KERNELS) base --update
	@$(KERNELS) debug --update
	@$(KERNELS) debian --update
	@$(KERNELS) realtime --update

clean:
	rm -rf $(BUILD)

help:
	@echo 'make           build mshv_root.ko; KDIR=DIR chooses the kernel'
	@echo 'make install   installs it for that kernel, and a udev rule; DESTDIR=DIR below DIR'
	@echo 'make uninstall takes it away again'
	@echo 'make deb       a DKMS package for Debian; make rpm one for others'
	@echo 'make demo      boot every kind of partition, show which scheduler is chosen, run VMs'
	@echo 'make check     run every test; ONLY="GROUP..." runs some'
	@echo 'make soak      what takes longer: everything everywhere; hours. ONLY= as above'
	@echo 'make coverage  the table of which test reaches what, from the last make check'
	@echo 'make differences  the list of differences from the kernel'"'"'s own driver'
	@echo 'make shell     a root shell in an L1VH partition with the module loaded'
	@echo 'make kunit     the KUnit suites, as in make check'
	@echo 'make selftests run the programs that test guests, as in make check'
	@echo 'make static    sparse, W=1, coccinelle, checkpatch, as in make check'
	@echo 'make series    patches for a kernel in build/series-VERSION/; BASE=7.2 or BASE=DIR'
	@echo 'make series-check  proves patch by patch that they are in order'
	@echo 'make update    fetch and build newer revisions of the kernels'
	@echo 'make clean     remove build/; kernels stay in the cache'
	@echo
	@echo 'KERNEL_VERSION=7.2  another kernel than $(KERNEL_VERSION), for all of them'
	@echo 'CPUS=4              processors of make shell (default 2) and make selftests (all)'
	@echo 'PROGRAMS="A B"      what make selftests runs; MODES="root-core" where,'
	@echo '                    DRIVER=kernel with the driver of the base kernel'
	@echo 'TEST="WORDS"        runs only the tests with these words in their name'
	@echo 'KNOBS="NAME=VALUE"  what make shell sets on the hypervisor: KNOBS=partition=root'
	@echo 'QEMU=PATH           another qemu-system-x86_64 than the one of this system'
	@echo 'SLOW=3              emulate a machine that is three times slower'
	@echo 'ACCEL=kvm           use the hardware; it must offer nested SVM'
