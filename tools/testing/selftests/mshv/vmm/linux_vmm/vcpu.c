// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a VP: enter, see what the guest did, do what the machine would have done,
 * and go on behind the instruction. Registers are read and written on the page
 * that the VP shares with this program.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/mshv.h>

#include "require.h"
#include "vm.h"
#include "vmm.h"

pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER;

/**
 * struct vcpu - a VP in the hands of its thread
 * @index: its number
 * @fd: its descriptor
 * @page: its registers
 * @message: why it stopped
 */
struct vcpu {
	unsigned int index;
	int fd;
	struct hv_register_page *page;
	union {
		struct mshv_run_vp run;
		struct hv_message message;
	};
};

static __u64 *general_register(struct vcpu *vcpu, unsigned int number)
{
	return &vcpu->page->rax + number;
}

static void skip(struct vcpu *vcpu, unsigned int length)
{
	vcpu->page->rip += length;
	vcpu->page->dirty |= HV_REGISTER_PAGE_RIP;
}

static __u64 mask(unsigned int width)
{
	return width == 8 ? ~0ULL : _BITULL(width * 8) - 1;
}

/* Like the processor: 32 bits clear the upper half, fewer leave the rest. */
static void set_register(struct vcpu *vcpu, unsigned int number,
			 unsigned int width, unsigned int shift, __u64 value)
{
	__u64 *reg = general_register(vcpu, number);
	__u64 changed = width >= 4 ? ~0ULL : mask(width) << shift;

	*reg = (*reg & ~changed) | (value << shift & changed);
	vcpu->page->dirty |= HV_REGISTER_PAGE_GENERAL;
}

static bool handle_port(struct vcpu *vcpu)
{
	const struct hv_port_intercept *io = &vcpu->message.port;

	if (io->string)
		return false;
	if (io->head.access == HV_ACCESS_WRITE)
		port_write(io->port, io->width, io->rax & mask(io->width));
	else
		set_register(vcpu, 0, io->width, 0,
			     port_read(io->port, io->width) & mask(io->width));
	skip(vcpu, io->head.instruction_length);
	return true;
}

static bool is_ioapic(__u64 gpa, unsigned int width)
{
	return gpa - IOAPIC_ADDRESS < PAGE_SIZE && width == 4;
}

static void write_memory(struct vcpu *vcpu, const struct mov *mov, __u64 gpa)
{
	__u64 value = mov->immediate;

	if (mov->reg >= 0)
		value = *general_register(vcpu, mov->reg) >> mov->high * 8;
	if (is_ioapic(gpa, mov->width))
		ioapic_write(gpa - IOAPIC_ADDRESS, value);
}

static void read_memory(struct vcpu *vcpu, const struct mov *mov, __u64 gpa)
{
	__u64 value = mask(mov->width);

	if (is_ioapic(gpa, mov->width))
		value = ioapic_read(gpa - IOAPIC_ADDRESS);
	set_register(vcpu, mov->reg, mov->clear, mov->high * 8, value);
}

/*
 * The only device in memory is the I/O APIC, and its registers have 32 bits.
 * Elsewhere there is nothing, as behind ports without a device.
 */
static bool handle_memory(struct vcpu *vcpu)
{
	const struct hv_memory_intercept *memory = &vcpu->message.memory;
	struct mov mov;

	if (!mov_decode(memory->instruction_bytes,
			memory->instruction_bytes_valid, &mov))
		return false;
	if (mov.write)
		write_memory(vcpu, &mov, memory->gpa);
	else
		read_memory(vcpu, &mov, memory->gpa);
	skip(vcpu, mov.length);
	return true;
}

/*
 * What only some processors have: reads as zero, and is not there to be
 * written.
 */
static bool handle_msr(struct vcpu *vcpu)
{
	if (vcpu->message.head.access == HV_ACCESS_READ) {
		set_register(vcpu, 0, 8, 0, 0);
		set_register(vcpu, 2, 8, 0, 0);
	}
	skip(vcpu, vcpu->message.head.instruction_length);
	return true;
}

static const struct {
	__u32 type;
	bool (*handle)(struct vcpu *vcpu);
} handlers[] = {
	{ HV_MSG_IO_PORT, handle_port },
	{ HV_MSG_UNMAPPED_GPA, handle_memory },
	{ HV_MSG_MSR, handle_msr },
};

static bool handle(struct vcpu *vcpu)
{
	bool good = false;
	size_t i;

	pthread_mutex_lock(&devices_lock);
	for (i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].type == vcpu->message.type)
			good = handlers[i].handle(vcpu);
	pthread_mutex_unlock(&devices_lock);
	return good;
}

static void give_up(const struct vcpu *vcpu)
{
	const struct hv_message *m = &vcpu->message;
	unsigned int i;

	fflush(stdout);
	complain("VP %u: message %#x, access %u, RIP %#llx", vcpu->index,
		 m->type, m->head.access, m->head.rip);
	if (m->type == HV_MSG_IO_PORT)
		complain("  port %#x, width %u", m->port.port, m->port.width);
	if (m->type == HV_MSG_UNMAPPED_GPA || m->type == HV_MSG_GPA_INTERCEPT) {
		complain("  GPA %#llx, instruction:", m->memory.gpa);
		for (i = 0; i < m->memory.instruction_bytes_valid; i++)
			complain("    %02x", m->memory.instruction_bytes[i]);
	}
	_exit(EXIT_TROUBLE);
}

static struct hv_register_page *map_registers(int vp)
{
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  vp, MSHV_VP_MMAP_OFFSET_REGISTERS * PAGE_SIZE);

	require(page != MAP_FAILED, "map the registers of a VP");
	return page;
}

void vcpu_run(struct machine *machine, unsigned int index)
{
	struct vcpu vcpu = {
		.index = index,
		.fd = machine->vps[index],
		.page = map_registers(machine->vps[index]),
	};

	for (;;) {
		if (ioctl(vcpu.fd, MSHV_RUN_VP, &vcpu.run)) {
			require(errno == EINTR, "run VP %u", index);
			continue;
		}
		if (!handle(&vcpu))
			give_up(&vcpu);
	}
}
