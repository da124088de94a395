// SPDX-License-Identifier: GPL-2.0-only
/* Virtual processors: registers, and where they begin. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "require.h"
#include "vp.h"

#define MAX_REGISTERS	32

#define CR0_PE		_BITULL(0)
#define CR0_ET		_BITULL(4)
#define CR0_NE		_BITULL(5)
#define CR0_WP		_BITULL(16)
#define CR0_PG		_BITULL(31)
#define CR4_PAE		_BITULL(5)
#define EFER_LME	_BITULL(8)
#define EFER_LMA	_BITULL(10)
#define RFLAGS_ALWAYS	_BITULL(1)

/* Segments as they are in a descriptor, without the bits of the limit */
#define CODE64		0xa09b
#define DATA		0xc093
#define CODE16		0x009b
#define DATA16		0x0093
#define BUSY_TSS	0x008b
#define LDT		0x0082

/* A list of registers to be written with one hypercall. */
struct list {
	struct hv_vp_registers head;
	struct hv_register registers[MAX_REGISTERS];
	unsigned int count;
};

static union hv_value *add(struct list *list, __u32 name)
{
	struct hv_register *reg = &list->registers[list->count++];

	require(list->count <= MAX_REGISTERS, "too many registers");
	reg->name = name;
	return &reg->value;
}

static void add_segment(struct list *list, __u32 name, __u16 selector,
			__u64 base, __u32 limit, __u16 attributes)
{
	add(list, name)->segment = (struct hv_segment){
		.base = base,
		.limit = limit,
		.selector = selector,
		.attributes = attributes,
	};
}

/* Tables without an entry: whatever happens, the guest has no handler. */
static void add_system_segments(struct list *list)
{
	add_segment(list, HV_REG_LDTR, 0, 0, 0, LDT);
	add_segment(list, HV_REG_TR, 0, 0, 0xffff, BUSY_TSS);
	add(list, HV_REG_GDTR)->table = (struct hv_table){};
	add(list, HV_REG_IDTR)->table = (struct hv_table){};
}

static void write_list(struct vp *vp, struct list *list)
{
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = list->count,
		.in_sz = sizeof(list->head) +
			 list->count * sizeof(list->registers[0]),
		.in_ptr = (uintptr_t)list,
	};

	list->head.vp_index = vp->index;
	require(!hvcall(vp->fd, &args),
		"set registers of VP %u, status %#x at register %u",
		vp->index, args.status, args.reps);
	require(args.reps == list->count, "%u of %u registers set",
		args.reps, list->count);
}

struct vp *vp_new(struct vm *vm, __u32 index)
{
	struct mshv_create_vp args = { .vp_index = index };
	struct vp *vp = calloc(1, sizeof(*vp));

	require(vp, "allocate a VP");
	vp->index = index;
	vp->fd = ioctl(vm->fd, MSHV_CREATE_VP, &args);
	require(vp->fd >= 0, "create VP %u", index);
	return vp;
}

void vp_close(struct vp *vp)
{
	require(!close(vp->fd), "close VP %u", vp->index);
	free(vp);
}

void vp_start(struct vp *vp, void (*function)(__u64 argument), __u64 argument)
{
	__u64 stack = GUEST_STACKS + (vp->index % 64 + 1) * PAGE_SIZE;
	struct list list = {};
	__u32 name;

	/* Where the C calling convention wants it on entry to a function. */
	add(&list, HV_REG_RSP)->u64 = stack - 8;
	add(&list, HV_REG_RIP)->u64 = guest_address(function);
	add(&list, HV_REG_RDI)->u64 = argument;
	add(&list, HV_REG_RFLAGS)->u64 = RFLAGS_ALWAYS;
	add(&list, HV_REG_INTERNAL_ACTIVITY)->u64 = 0;

	add(&list, HV_REG_CR3)->u64 = GUEST_PAGE_TABLES;
	add(&list, HV_REG_CR4)->u64 = CR4_PAE;
	add(&list, HV_REG_EFER)->u64 = EFER_LME | EFER_LMA;
	add(&list, HV_REG_CR0)->u64 = CR0_PE | CR0_ET | CR0_NE | CR0_WP |
				      CR0_PG;

	add_segment(&list, HV_REG_CS, 0x08, 0, 0xffffffff, CODE64);
	for (name = HV_REG_ES; name <= HV_REG_GS; name++)
		if (name != HV_REG_CS)
			add_segment(&list, name, 0x10, 0, 0xffffffff, DATA);
	add_system_segments(&list);
	write_list(vp, &list);
}

void vp_use_tables(struct vp *vp)
{
	struct list list = {};

	add(&list, HV_REG_GDTR)->table = (struct hv_table){
		.base = GUEST_GDT, .limit = 0x17,
	};
	add(&list, HV_REG_IDTR)->table = (struct hv_table){
		.base = GUEST_IDT, .limit = 0xfff,
	};
	write_list(vp, &list);
}

void vp_start_real(struct vp *vp, const void *code, __u64 ds)
{
	struct list list = {};
	__u32 name;

	add(&list, HV_REG_RSP)->u64 = GUEST_REAL_STACK;
	add(&list, HV_REG_RIP)->u64 = guest_address(code);
	add(&list, HV_REG_RFLAGS)->u64 = RFLAGS_ALWAYS;
	add(&list, HV_REG_CR0)->u64 = CR0_ET;
	add(&list, HV_REG_CR4)->u64 = 0;
	add(&list, HV_REG_EFER)->u64 = 0;

	add_segment(&list, HV_REG_CS, 0, 0, 0xffff, CODE16);
	for (name = HV_REG_ES; name <= HV_REG_GS; name++)
		if (name != HV_REG_CS && name != HV_REG_DS)
			add_segment(&list, name, 0, 0, 0xffff, DATA16);
	add_segment(&list, HV_REG_DS, ds >> 4, ds, 0xffff, DATA16);
	add_system_segments(&list);
	write_list(vp, &list);
}

__u64 vp_get(struct vp *vp, __u32 name)
{
	struct {
		struct hv_vp_registers head;
		__u32 name;
	} in = {
		.head.vp_index = vp->index,
		.name = name,
	};
	union hv_value out = {};
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_VP_REGISTERS,
		.reps = 1,
		.in_sz = sizeof(in.head) + sizeof(in.name),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	require(!hvcall(vp->fd, &args), "get register %#x, status %#x", name,
		args.status);
	return out.u64;
}

void vp_set_value(struct vp *vp, __u32 name, const union hv_value *value)
{
	struct list list = {};

	*add(&list, name) = *value;
	write_list(vp, &list);
}

void vp_set(struct vp *vp, __u32 name, __u64 value)
{
	vp_set_value(vp, name, &(union hv_value){ .u64 = value });
}

int vp_run(struct vp *vp)
{
	struct mshv_run_vp *args = (struct mshv_run_vp *)&vp->message;

	return ioctl(vp->fd, MSHV_RUN_VP, args) ? -errno : 0;
}

void *vp_map_page(struct vp *vp, unsigned int page)
{
	void *address = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED, vp->fd, page * PAGE_SIZE);

	require(address != MAP_FAILED, "map page %u of VP %u", page,
		vp->index);
	return address;
}
