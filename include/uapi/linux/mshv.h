/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * How a virtual machine monitor (VMM) talks to the Microsoft Hypervisor.
 *
 * One section per kind of file descriptor: the driver's device, a partition,
 * a virtual processor (VP), and the devices of the VTL driver. A section
 * begins with its structures and ends with its ioctls. An ioctl number says
 * nothing without the descriptor it is used on: the same number can stand in
 * several sections.
 */
#ifndef _UAPI_LINUX_MSHV_H
#define _UAPI_LINUX_MSHV_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: rules for every ioctl
 *
 * A structure is passed by address, unless its ioctl takes no argument. Every
 * field called rsvd must be zero, and so must every bit of a flag word that
 * has no name here. Addresses of further buffers are carried in 64-bit fields.
 *
 * Errors which every ioctl of this file can give, not repeated below:
 *
 * ENOTTY
 *	The descriptor knows no such ioctl. This is also the answer of a driver
 *	that is older than the ioctl.
 * EFAULT
 *	The structure cannot be read, or cannot be written where it is also an
 *	answer.
 * EINTR
 *	Partition and VP descriptors run one ioctl at a time. A fatal signal
 *	arrived while the caller was waiting for its turn.
 * ESHUTDOWN
 *	The system is about to restart or to power off. All partitions are gone
 *	already and there will be no further one. Their descriptors and those of
 *	their VPs can be closed, and nothing else; touching a page that is mapped
 *	from a VP raises SIGBUS. Of the device, MSHV_ROOT_HVCALL goes on working.
 *	It is also the answer of a partition and its VPs, alone, whose memory the
 *	hypervisor did not take away.
 * ENOMEM
 *	Linux has no memory for the request, or the hypervisor wants more
 *	memory for it than Linux can give.
 */

/**
 * DOC: errno of a failed hypercall
 *
 * Where an ioctl is said to give *an error of the hypervisor*, a hypercall was
 * made and refused. The errno follows from the hypervisor's status:
 *
 * EINVAL
 *	HV_STATUS_INVALID_HYPERCALL_CODE, HV_STATUS_INVALID_HYPERCALL_INPUT,
 *	HV_STATUS_INVALID_PARAMETER, HV_STATUS_UNKNOWN_PROPERTY,
 *	HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE, HV_STATUS_INVALID_PARTITION_ID,
 *	HV_STATUS_INVALID_VP_INDEX, HV_STATUS_INVALID_PORT_ID,
 *	HV_STATUS_INVALID_CONNECTION_ID, HV_STATUS_INVALID_LP_INDEX,
 *	HV_STATUS_INVALID_REGISTER_VALUE
 * EACCES
 *	HV_STATUS_ACCESS_DENIED, HV_STATUS_OPERATION_DENIED
 * ENOMEM
 *	HV_STATUS_INSUFFICIENT_MEMORY and its variants, when the driver could
 *	not deposit what was missing
 * EOPNOTSUPP
 *	HV_STATUS_PROCESSOR_FEATURE_NOT_SUPPORTED, or no hypercall is possible
 * EIO
 *	every other status
 */

/**
 * define MSHV_IOCTL - the type byte in the number of every ioctl here
 */
#define MSHV_IOCTL	0xB8

/**
 * define MSHV_HV_PAGE_SIZE - size of a hypervisor page, in bytes
 *
 * A guest page number, a region's size and the sizes of hypercall buffers are
 * counted in these pages, whatever the page size of Linux is.
 */
#define MSHV_HV_PAGE_SIZE	0x1000

/*
 * The device: /dev/mshv
 */

/**
 * enum - numbers of the bits in &struct mshv_create_partition.pt_flags
 * @MSHV_PT_BIT_LAPIC: the hypervisor emulates a local interrupt controller
 *	for each VP
 * @MSHV_PT_BIT_X2APIC: that controller can be switched to x2APIC mode
 * @MSHV_PT_BIT_GPA_SUPER_PAGES: guest memory may be mapped in pages of 2 MiB
 * @MSHV_PT_BIT_CPU_AND_XSAVE_FEATURES: the argument of the ioctl is a
 *	&struct mshv_create_partition_v2
 * @MSHV_PT_BIT_NESTED_VIRTUALIZATION: the guest may be a hypervisor itself
 * @MSHV_PT_BIT_SMT_ENABLED_GUEST: the guest sees neighbouring VPs as threads
 *	of one core
 * @MSHV_PT_BIT_COUNT: number of known bits
 */
enum {
	MSHV_PT_BIT_LAPIC,
	MSHV_PT_BIT_X2APIC,
	MSHV_PT_BIT_GPA_SUPER_PAGES,
	MSHV_PT_BIT_CPU_AND_XSAVE_FEATURES,
	MSHV_PT_BIT_NESTED_VIRTUALIZATION,
	MSHV_PT_BIT_SMT_ENABLED_GUEST,
	MSHV_PT_BIT_COUNT,
};

/**
 * define MSHV_PT_FLAGS_MASK - all known bits of a partition's flags
 */
#define MSHV_PT_FLAGS_MASK ((1 << MSHV_PT_BIT_COUNT) - 1)

/**
 * enum - values of &struct mshv_create_partition.pt_isolation
 * @MSHV_PT_ISOLATION_NONE: the parent can reach the guest's memory and
 *	registers
 * @MSHV_PT_ISOLATION_COUNT: number of known values
 */
enum {
	MSHV_PT_ISOLATION_NONE,
	MSHV_PT_ISOLATION_COUNT,
};

/**
 * struct mshv_create_partition - argument of MSHV_CREATE_PARTITION, short form
 * @pt_flags: bits 1 << MSHV_PT_BIT_*
 * @pt_isolation: one of MSHV_PT_ISOLATION_*
 *
 * The guest gets every processor feature that the hypervisor can give it.
 */
struct mshv_create_partition {
	__u64 pt_flags;
	__u64 pt_isolation;
};

/**
 * define MSHV_NUM_CPU_FEATURES_BANKS - number of processor feature banks in
 * &struct mshv_create_partition_v2
 */
#define MSHV_NUM_CPU_FEATURES_BANKS 2

/**
 * struct mshv_create_partition_v2 - argument of MSHV_CREATE_PARTITION, long
 * form
 * @pt_flags: as in &struct mshv_create_partition. Bit
 *	MSHV_PT_BIT_CPU_AND_XSAVE_FEATURES must be set: without it the driver
 *	reads no further than @pt_isolation
 * @pt_isolation: as in &struct mshv_create_partition
 * @pt_num_cpu_fbanks: exactly %MSHV_NUM_CPU_FEATURES_BANKS
 * @pt_rsvd: zero
 * @pt_cpu_fbanks: processor features to withhold from the guest: a bit that is
 *	set takes the feature away. The bits are the hypervisor's
 *	(union hv_partition_processor_features) and not looked at by the driver
 * @pt_rsvd1: zero
 * @pt_disabled_xsave: x86 only: XSAVE features to withhold, with the bits of
 *	union hv_partition_processor_xsave_features
 * @pt_rsvd2: every other architecture: zero
 */
struct mshv_create_partition_v2 {
	__u64 pt_flags;
	__u64 pt_isolation;
	__u16 pt_num_cpu_fbanks;
	__u8  pt_rsvd[6];
	__u64 pt_cpu_fbanks[MSHV_NUM_CPU_FEATURES_BANKS];
	__u64 pt_rsvd1[2];
#if defined(__x86_64__)
	__u64 pt_disabled_xsave;
#else
	__u64 pt_rsvd2;
#endif
} __attribute__((packed));

/**
 * define MSHV_CREATE_PARTITION - make a child partition
 *
 * The argument is a &struct mshv_create_partition or, with bit
 * MSHV_PT_BIT_CPU_AND_XSAVE_FEATURES set, a &struct mshv_create_partition_v2;
 * the number of the ioctl is the same for both.
 *
 * The answer is a descriptor of the new partition, closed on exec. The
 * partition exists as long as a descriptor of it or of one of its VPs does,
 * in any process. It is not initialised yet: some of its properties can only
 * be set now, with MSHV_ROOT_HVCALL. MSHV_INITIALIZE_PARTITION comes next.
 *
 * Return:
 * * a descriptor	- the partition
 * * %-EINVAL		- unknown bit in pt_flags; unknown pt_isolation; in the
 *   long form also a wrong pt_num_cpu_fbanks or a reserved field that is not
 *   zero
 * * %-EFAULT		- the long form is asked for and cannot be read to its
 *   end
 * * %-EMFILE, %-ENFILE	- no descriptor is free
 * * an error of the hypervisor
 */
#define MSHV_CREATE_PARTITION	_IOW(MSHV_IOCTL, 0x00, struct mshv_create_partition)

/*
 * A partition: descriptor made by MSHV_CREATE_PARTITION
 */

/**
 * struct mshv_create_vp - argument of MSHV_CREATE_VP
 * @vp_index: index of the new VP in its partition, 0 to 255
 */
struct mshv_create_vp {
	__u32 vp_index;
};

/**
 * enum - numbers of the bits in &struct mshv_user_mem_region.flags
 * @MSHV_SET_MEM_BIT_WRITABLE: the guest may write to the region. A write to
 *	a region without this bit reaches the VMM as an intercept
 * @MSHV_SET_MEM_BIT_EXECUTABLE: the guest may run code there
 * @MSHV_SET_MEM_BIT_UNMAP: take the region away; the other two bits then mean
 *	nothing
 * @MSHV_SET_MEM_BIT_COUNT: number of known bits
 */
enum {
	MSHV_SET_MEM_BIT_WRITABLE,
	MSHV_SET_MEM_BIT_EXECUTABLE,
	MSHV_SET_MEM_BIT_UNMAP,
	MSHV_SET_MEM_BIT_COUNT
};

/**
 * define MSHV_SET_MEM_FLAGS_MASK - all known bits of a region's flags
 */
#define MSHV_SET_MEM_FLAGS_MASK ((1 << MSHV_SET_MEM_BIT_COUNT) - 1)

/**
 * struct mshv_user_mem_region - argument of MSHV_SET_GUEST_MEMORY
 * @size: length in bytes, a multiple of %MSHV_HV_PAGE_SIZE, not zero
 * @guest_pfn: guest page number where the region begins
 * @userspace_addr: where the memory lies in the calling process, a multiple
 *	of %MSHV_HV_PAGE_SIZE
 * @flags: bits 1 << MSHV_SET_MEM_BIT_*
 * @rsvd: zero
 */
struct mshv_user_mem_region {
	__u64 size;
	__u64 guest_pfn;
	__u64 userspace_addr;
	__u8 flags;
	__u8 rsvd[7];
};

/**
 * enum - numbers of the bits in &struct mshv_user_irqfd.flags
 * @MSHV_IRQFD_BIT_DEASSIGN: end the connection instead of making it
 * @MSHV_IRQFD_BIT_RESAMPLE: the interrupt is level triggered: it stays
 *	asserted until the guest acknowledges it, and then resamplefd is
 *	signalled
 * @MSHV_IRQFD_BIT_COUNT: number of known bits
 */
enum {
	MSHV_IRQFD_BIT_DEASSIGN,
	MSHV_IRQFD_BIT_RESAMPLE,
	MSHV_IRQFD_BIT_COUNT,
};

/**
 * define MSHV_IRQFD_FLAGS_MASK - all known bits of an irqfd's flags
 */
#define MSHV_IRQFD_FLAGS_MASK	((1 << MSHV_IRQFD_BIT_COUNT) - 1)

/**
 * struct mshv_user_irqfd - argument of MSHV_IRQFD
 * @fd: eventfd whose signals become interrupts
 * @resamplefd: eventfd to signal at the guest's acknowledgment; read only with
 *	MSHV_IRQFD_BIT_RESAMPLE
 * @gsi: number of the interrupt in the table of MSHV_SET_MSI_ROUTING. It may
 *	have no route yet: signals are dropped until it does
 * @flags: bits 1 << MSHV_IRQFD_BIT_*
 */
struct mshv_user_irqfd {
	__s32 fd;
	__s32 resamplefd;
	__u32 gsi;
	__u32 flags;
};

/**
 * enum - numbers of the bits in &struct mshv_user_ioeventfd.flags
 * @MSHV_IOEVENTFD_BIT_DATAMATCH: signal only when the guest writes the value
 *	in datamatch; without it, at every write
 * @MSHV_IOEVENTFD_BIT_PIO: the address is an I/O port. The hypervisor cannot
 *	do that yet
 * @MSHV_IOEVENTFD_BIT_DEASSIGN: end the connection instead of making it
 * @MSHV_IOEVENTFD_BIT_COUNT: number of known bits
 */
enum {
	MSHV_IOEVENTFD_BIT_DATAMATCH,
	MSHV_IOEVENTFD_BIT_PIO,
	MSHV_IOEVENTFD_BIT_DEASSIGN,
	MSHV_IOEVENTFD_BIT_COUNT,
};

/**
 * define MSHV_IOEVENTFD_FLAGS_MASK - all known bits of an ioeventfd's flags
 */
#define MSHV_IOEVENTFD_FLAGS_MASK	((1 << MSHV_IOEVENTFD_BIT_COUNT) - 1)

/**
 * struct mshv_user_ioeventfd - argument of MSHV_IOEVENTFD
 * @datamatch: value to wait for, with MSHV_IOEVENTFD_BIT_DATAMATCH
 * @addr: guest physical address
 * @len: width of the write in bytes: 1, 2, 4 or 8, or 0 for any of them
 * @fd: eventfd to signal
 * @flags: bits 1 << MSHV_IOEVENTFD_BIT_*
 * @rsvd: zero
 */
struct mshv_user_ioeventfd {
	__u64 datamatch;
	__u64 addr;
	__u32 len;
	__s32 fd;
	__u32 flags;
	__u8  rsvd[4];
};

/**
 * struct mshv_user_irq_entry - where one interrupt goes
 * @gsi: number of the interrupt, 0 to 4095
 * @address_lo: message address, low half. On x86: bits 12 to 19 name the
 *	destination, bit 2 says that it is a logical one
 * @address_hi: message address, high half: zero
 * @data: message data. On x86: bits 0 to 7 are the vector, bits 8 to 10 the
 *	delivery mode, bit 15 means level triggered
 */
struct mshv_user_irq_entry {
	__u32 gsi;
	__u32 address_lo;
	__u32 address_hi;
	__u32 data;
};

/**
 * struct mshv_user_irq_table - argument of MSHV_SET_MSI_ROUTING
 * @nr: number of entries, at most 4096; 0 empties the table
 * @rsvd: zero
 * @entries: the routes, in any order
 */
struct mshv_user_irq_table {
	__u32 nr;
	__u32 rsvd;
	struct mshv_user_irq_entry entries[];
};

/**
 * enum - values of &struct mshv_gpap_access_bitmap.access_type
 * @MSHV_GPAP_ACCESS_TYPE_ACCESSED: pages that the guest has touched
 * @MSHV_GPAP_ACCESS_TYPE_DIRTY: pages that the guest has written to
 * @MSHV_GPAP_ACCESS_TYPE_COUNT: number of known values
 */
enum {
	MSHV_GPAP_ACCESS_TYPE_ACCESSED,
	MSHV_GPAP_ACCESS_TYPE_DIRTY,
	MSHV_GPAP_ACCESS_TYPE_COUNT
};

/**
 * enum - values of &struct mshv_gpap_access_bitmap.access_op
 * @MSHV_GPAP_ACCESS_OP_NOOP: only look
 * @MSHV_GPAP_ACCESS_OP_CLEAR: then clear the bit of every page in the range.
 *	Clearing "accessed" clears "dirty" as well
 * @MSHV_GPAP_ACCESS_OP_SET: then set the bit of every page in the range.
 *	Setting "dirty" sets "accessed" as well
 * @MSHV_GPAP_ACCESS_OP_COUNT: number of known values
 */
enum {
	MSHV_GPAP_ACCESS_OP_NOOP,
	MSHV_GPAP_ACCESS_OP_CLEAR,
	MSHV_GPAP_ACCESS_OP_SET,
	MSHV_GPAP_ACCESS_OP_COUNT
};

/**
 * struct mshv_gpap_access_bitmap - argument of MSHV_GET_GPAP_ACCESS_BITMAP
 * @access_type: one of MSHV_GPAP_ACCESS_TYPE_*
 * @access_op: one of MSHV_GPAP_ACCESS_OP_*
 * @rsvd: zero
 * @page_count: number of pages, not zero
 * @gpap_base: guest page number of the first one
 * @bitmap_ptr: address of a buffer of (page_count + 7) / 8 bytes. Bit n % 8 of
 *	byte n / 8 stands for page gpap_base + n; bits past the last page are
 *	cleared
 */
struct mshv_gpap_access_bitmap {
	__u8 access_type;
	__u8 access_op;
	__u8 rsvd[6];
	__u64 page_count;
	__u64 gpap_base;
	__u64 bitmap_ptr;
};

/**
 * struct mshv_root_hvcall - argument of MSHV_ROOT_HVCALL
 * @code: number of the hypercall (HVCALL_*)
 * @reps: in: number of repetitions, 0 for a hypercall that does not repeat;
 *	out: how many of them were done
 * @in_sz: length of the input in bytes, with the repeated part: 8 to
 *	%MSHV_HV_PAGE_SIZE
 * @out_sz: length of the output buffer in bytes, at most %MSHV_HV_PAGE_SIZE;
 *	zero exactly if @out_ptr is zero
 * @status: in: zero; out: the hypervisor's status (HV_STATUS_*)
 * @rsvd: zero
 * @in_ptr: address of the input, laid out as the hypercall wants it. Its
 *	first 8 bytes, the partition id, are replaced by the driver
 * @out_ptr: address of the output buffer, or zero for none
 */
struct mshv_root_hvcall {
	__u16 code;
	__u16 reps;
	__u16 in_sz;
	__u16 out_sz;
	__u16 status;
	__u8 rsvd[6];
	__u64 in_ptr;
	__u64 out_ptr;
};

/**
 * define MSHV_INITIALIZE_PARTITION - make the partition ready for VPs and
 * memory
 *
 * Takes no argument. Early properties can no longer be set afterwards. Doing it
 * twice is no error.
 *
 * Return:
 * * %0			- the partition is initialised
 * * an error of the hypervisor
 */
#define MSHV_INITIALIZE_PARTITION	_IO(MSHV_IOCTL, 0x00)

/**
 * define MSHV_CREATE_VP - make a virtual processor
 *
 * The argument is a &struct mshv_create_vp. The answer is a descriptor of the
 * VP, closed on exec. Closing it does not delete the VP, which goes with its
 * partition.
 *
 * Return:
 * * a descriptor	- the VP
 * * %-EINVAL		- vp_index is 256 or more
 * * %-EEXIST		- the partition has a VP of that index
 * * %-EMFILE, %-ENFILE	- no descriptor is free
 * * an error of the hypervisor; %-EIO before MSHV_INITIALIZE_PARTITION
 */
#define MSHV_CREATE_VP			_IOW(MSHV_IOCTL, 0x01, struct mshv_create_vp)

/**
 * define MSHV_SET_GUEST_MEMORY - give memory to the guest or take it back
 *
 * The argument is a &struct mshv_user_mem_region.
 *
 * A region is a piece of the calling process's memory that the guest sees at
 * guest_pfn. Regions of a partition never overlap in the guest's memory.
 * Ordinary memory stays movable where the kernel can follow it (swap,
 * migration, huge pages work on), otherwise it is pinned. Memory of a device
 * (a mapping of PFNs, made by VFIO) becomes MMIO of the guest.
 *
 * To take a region away, set MSHV_SET_MEM_BIT_UNMAP and repeat size,
 * guest_pfn and userspace_addr exactly. A region cannot be taken away in
 * part.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- size is zero; size or userspace_addr is not a
 *   multiple of the page size; unknown bit in flags; rsvd is not zero;
 *   guest_pfn plus the number of pages wraps around or passes the last page
 *   number that a 64-bit address can have; userspace_addr plus size is outside
 *   of user space; nothing is mapped at userspace_addr; with
 *   MSHV_SET_MEM_BIT_UNMAP: a region is there, but with another beginning,
 *   size or address
 * * %-EEXIST		- the region overlaps with another one
 * * %-ENOENT		- MSHV_SET_MEM_BIT_UNMAP, and guest_pfn lies in no
 *   region
 * * %-EFAULT		- memory that must be pinned cannot be made present
 *   and writable
 * * %-ENOMEM		- only a part of the memory could be pinned, or the
 *   general case
 * * an error of the hypervisor
 */
#define MSHV_SET_GUEST_MEMORY		_IOW(MSHV_IOCTL, 0x02, struct mshv_user_mem_region)

/**
 * define MSHV_IRQFD - connect an eventfd to an interrupt of the guest
 *
 * The argument is a &struct mshv_user_irqfd. An eventfd that was signalled
 * before raises the interrupt at once. The connection holds the eventfd: it
 * ends with MSHV_IRQFD_BIT_DEASSIGN, with the last close of the eventfd or
 * with the partition. After the end by MSHV_IRQFD_BIT_DEASSIGN no further
 * interrupt comes from it.
 *
 * Return:
 * * %0			- done; with MSHV_IRQFD_BIT_DEASSIGN also when fd and
 *   gsi were not connected
 * * %-EINVAL		- unknown bit in flags; fd is no eventfd; with
 *   MSHV_IRQFD_BIT_RESAMPLE: resamplefd is no eventfd or, on x86, the route of
 *   gsi is missing or not level triggered
 * * %-EBADF		- fd, or a resamplefd that is needed, is not open
 * * %-EBUSY		- the eventfd serves another interrupt, of this partition or
 *   of any other virtual machine
 * * %-ENOMEM		- no memory
 */
#define MSHV_IRQFD			_IOW(MSHV_IOCTL, 0x03, struct mshv_user_irqfd)

/**
 * define MSHV_IOEVENTFD - signal an eventfd when the guest writes to an address
 *
 * The argument is a &struct mshv_user_ioeventfd. A write that signals does not
 * stop the VP and never reaches the VMM as an intercept. To end it, set
 * MSHV_IOEVENTFD_BIT_DEASSIGN and repeat addr, len, fd and, where it was
 * used, datamatch with its flag; after that no further signal comes from it.
 * The connection holds the eventfd until then, or until the partition goes.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- unknown bit in flags; rsvd is not zero; len is not
 *   0, 1, 2, 4 or 8; addr plus len wraps around; fd is no eventfd
 * * %-EOPNOTSUPP	- MSHV_IOEVENTFD_BIT_PIO
 * * %-EBADF		- fd is not open
 * * %-EEXIST		- addr and len are taken by a connection that the same
 *   write would signal
 * * %-ENOENT		- MSHV_IOEVENTFD_BIT_DEASSIGN, and no connection fits
 * * %-ENOSPC		- the driver has no doorbell port left
 * * %-ENOMEM		- no memory
 * * an error of the hypervisor
 */
#define MSHV_IOEVENTFD			_IOW(MSHV_IOCTL, 0x04, struct mshv_user_ioeventfd)

/**
 * define MSHV_SET_MSI_ROUTING - replace the table of interrupt routes
 *
 * The argument is a &struct mshv_user_irq_table. The whole table is replaced
 * at once; on an error the old one stays. An irqfd follows the new route of
 * its gsi, or falls silent if it has none.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- nr is more than 4096; rsvd is not zero; in an entry:
 *   gsi is 4096 or more, address_hi is not zero, or gsi was used before
 * * %-EFAULT		- the entries cannot be read
 * * %-ENOMEM		- no memory
 */
#define MSHV_SET_MSI_ROUTING		_IOW(MSHV_IOCTL, 0x05, struct mshv_user_irq_table)

/**
 * define MSHV_GET_GPAP_ACCESS_BITMAP - ask which pages the guest used
 *
 * The argument is a &struct mshv_gpap_access_bitmap. The range may be of any
 * length. It is worked off in ascending order in pieces, each of which is
 * read, changed as access_op wants and stored before the next one begins.
 * After an error the pieces that were finished are in the buffer; the rest of
 * the buffer is as the caller left it. A caller which clears bits zeroes the
 * buffer first, so that it can keep what was found and ask again.
 *
 * No signal but a fatal one ends a request early. A VMM that drops its bitmap
 * when a call is interrupted does not lose the bits that were cleared.
 *
 * Return:
 * * %0			- the whole bitmap is stored
 * * %-EINVAL		- unknown access_type or access_op; rsvd is not zero;
 *   page_count or bitmap_ptr is zero; gpap_base plus page_count wraps around
 *   or passes the last page number that a 64-bit address can have
 * * %-EFAULT		- the bitmap cannot be written
 * * %-EINTR		- killed between two pieces
 * * %-ENOMEM		- no memory for one piece
 * * an error of the hypervisor
 */
#define MSHV_GET_GPAP_ACCESS_BITMAP	_IOWR(MSHV_IOCTL, 0x06, struct mshv_gpap_access_bitmap)

/**
 * define MSHV_ROOT_HVCALL - make a hypercall for the VMM
 *
 * The argument is a &struct mshv_root_hvcall. The ioctl exists on all three
 * kinds of descriptor. The kind decides which partition is meant, whatever the
 * input says in its first 8 bytes, and which hypercalls are allowed:
 *
 * /dev/mshv
 *	The calling partition: the id is overwritten with HV_PARTITION_ID_SELF,
 *	all ones. HVCALL_GET_PARTITION_PROPERTY and
 *	HVCALL_GET_PARTITION_PROPERTY_EX.
 *
 * a partition
 *	That partition. The two above, HVCALL_SET_PARTITION_PROPERTY,
 *	HVCALL_INSTALL_INTERCEPT, HVCALL_GET_VP_REGISTERS,
 *	HVCALL_SET_VP_REGISTERS, HVCALL_TRANSLATE_VIRTUAL_ADDRESS,
 *	HVCALL_CLEAR_VIRTUAL_INTERRUPT, HVCALL_REGISTER_INTERCEPT_RESULT,
 *	HVCALL_ASSERT_VIRTUAL_INTERRUPT, HVCALL_GET_GPA_PAGES_ACCESS_STATES,
 *	HVCALL_SIGNAL_EVENT_DIRECT, HVCALL_POST_MESSAGE_DIRECT and
 *	HVCALL_GET_VP_CPUID_VALUES.
 *
 * a VP
 *	The partition of the VP. As on the partition, but for
 *	HVCALL_SET_PARTITION_PROPERTY, which can take long. The VP's own index,
 *	where the input has one, is for the caller to fill in.
 *
 * The driver deposits memory that the hypervisor asks for and makes the call
 * again, goes on with a repeating call where it stopped, and waits for the end
 * of a call which the hypervisor finishes later.
 *
 * Once a hypercall was made, status and reps are written back, whether it
 * worked or not; a status that is not zero tells an error of the hypervisor
 * from a refusal by the driver. The output is stored only if it worked. Bytes
 * of the output that the hypervisor left alone read as zero.
 *
 * Return:
 * * %0			- the hypercall succeeded
 * * %-EINVAL		- status is not zero; in_ptr is zero; in_sz is less
 *   than 8 or more than 4096; rsvd is not zero; out_ptr is set and out_sz is
 *   zero or more than 4096; out_sz is set and out_ptr is zero; code is not
 *   allowed on this descriptor; reps is not zero and the hypercall does not
 *   repeat
 * * %-EFAULT		- the input cannot be read, or the output cannot be
 *   written (the hypercall was made then)
 * * %-ENOMEM		- no memory for the buffers, or the general case
 * * %-EPERM		- another call of the partition which the hypervisor
 *   finishes later is still under way
 * * %-EINTR		- killed while waiting for such a call
 * * %-EBADFD		- the hypervisor wants to finish later a call that
 *   cannot be waited for
 * * an error of the hypervisor
 */
#define MSHV_ROOT_HVCALL		_IOWR(MSHV_IOCTL, 0x07, struct mshv_root_hvcall)

/*
 * A virtual processor: descriptor made by MSHV_CREATE_VP
 */

/**
 * define MSHV_RUN_VP_BUF_SZ - size of the message in &struct mshv_run_vp
 */
#define MSHV_RUN_VP_BUF_SZ 256

/**
 * enum - pages of a VP that can be mapped with mmap()
 * @MSHV_VP_MMAP_OFFSET_REGISTERS: the registers that most intercepts need,
 *	readable and writable while the VP does not run
 * @MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE: the intercept message that
 *	MSHV_RUN_VP returned last
 * @MSHV_VP_MMAP_OFFSET_GHCB: the page through which an encrypted guest talks
 *	to its VMM
 * @MSHV_VP_MMAP_OFFSET_COUNT: number of known pages
 *
 * The offset to give to mmap() is the value times the page size of the system.
 * One page is to be mapped, shared: touching anything behind it ends in
 * SIGBUS. mmap() fails with
 *
 * EINVAL
 *	for an offset that is none of these
 * ENODEV
 *	for a page that this VP does not have: the registers of an encrypted
 *	partition, the GHCB of any other
 */
enum {
	MSHV_VP_MMAP_OFFSET_REGISTERS,
	MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE,
	MSHV_VP_MMAP_OFFSET_GHCB,
	MSHV_VP_MMAP_OFFSET_COUNT
};

/**
 * struct mshv_run_vp - argument of MSHV_RUN_VP
 * @msg_buf: where the intercept message is stored, a struct hv_message
 */
struct mshv_run_vp {
	__u8 msg_buf[MSHV_RUN_VP_BUF_SZ];
};

/**
 * enum - values of &struct mshv_get_set_vp_state.type
 * @MSHV_VP_STATE_LAPIC: local interrupt controller
 * @MSHV_VP_STATE_XSAVE: floating point and vector registers, in the compacted
 *	XSAVE format (x86)
 * @MSHV_VP_STATE_SIMP: the guest's SynIC message page
 * @MSHV_VP_STATE_SIEFP: the guest's SynIC event flags page
 * @MSHV_VP_STATE_SYNTHETIC_TIMERS: the four synthetic timers
 * @MSHV_VP_STATE_COUNT: number of known values
 */
enum {
	MSHV_VP_STATE_LAPIC,
	MSHV_VP_STATE_XSAVE,
	MSHV_VP_STATE_SIMP,
	MSHV_VP_STATE_SIEFP,
	MSHV_VP_STATE_SYNTHETIC_TIMERS,
	MSHV_VP_STATE_COUNT,
};

/**
 * struct mshv_get_set_vp_state - argument of MSHV_GET_VP_STATE and
 * MSHV_SET_VP_STATE
 * @type: one of MSHV_VP_STATE_*
 * @rsvd: zero
 * @buf_sz: in: length of the buffer, a multiple of the page size, not zero;
 *	out: length of the state in bytes
 * @buf_ptr: address of the buffer, a multiple of the page size
 */
struct mshv_get_set_vp_state {
	__u8 type;
	__u8 rsvd[3];
	__u32 buf_sz;
	__u64 buf_ptr;
};

/**
 * define MSHV_RUN_VP - run the guest until the VMM has something to do
 *
 * The argument is a &struct mshv_run_vp, where the message that says why the
 * VP stopped is stored. With the root or the integrated scheduler the VP runs
 * on the calling thread, in its time and on its processors. With the others
 * the thread only waits while the hypervisor runs the VP.
 *
 * A signal makes the call return with EINTR and leaves the VP stopped; the call
 * is not restarted by itself. No message is lost by that: one that was on its
 * way is delivered instead, and the signal is handled after it.
 *
 * Return:
 * * %0			- a message was stored
 * * %-EINTR		- a signal arrived and no message was on its way, or it
 *   ended the wait for a page that the guest touched
 * * %-ENOMEM		- no memory for a page that the guest touched
 * * %-EFAULT		- the message could not be stored. It is still in the
 *   page MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE until the next call
 * * an error of the hypervisor
 */
#define MSHV_RUN_VP			_IOR(MSHV_IOCTL, 0x00, struct mshv_run_vp)

/**
 * define MSHV_GET_VP_STATE - read a part of the VP's state that is not in
 * registers
 *
 * The argument is a &struct mshv_get_set_vp_state. A caller that does not know
 * the size begins with one page: if that is too short, the call fails with
 * EINVAL and buf_sz says how much is needed, to be rounded up to whole pages.
 *
 * Return:
 * * %0			- the state is in the buffer, its length in buf_sz
 * * %-EINVAL		- unknown type; rsvd is not zero; buf_sz is zero;
 *   buf_sz or buf_ptr is not a multiple of the page size; the buffer is too
 *   short (buf_sz was changed then); the buffer is longer than the list of
 *   pages that one hypercall can carry, about 500
 * * %-EFAULT		- the buffer is not in user space or not writable
 * * %-EOVERFLOW	- the buffer wraps around
 * * %-ENOMEM		- no memory
 * * an error of the hypervisor
 */
#define MSHV_GET_VP_STATE		_IOWR(MSHV_IOCTL, 0x01, struct mshv_get_set_vp_state)

/**
 * define MSHV_SET_VP_STATE - write a part of the VP's state that is not in
 * registers
 *
 * The argument, its checks and the answers are those of MSHV_GET_VP_STATE; the
 * buffer is read instead of written, and yet it must be writable, since it is
 * handed to the hypervisor.
 */
#define MSHV_SET_VP_STATE		_IOWR(MSHV_IOCTL, 0x02, struct mshv_get_set_vp_state)

/*
 * Virtual trust levels: the devices of the mshv_vtl driver
 *
 * A paravisor uses these from a higher trust level (VTL2) of a guest. The driver
 * of this project implements none of them: it answers -ENOTTY. They are
 * declared because the header is shared.
 */

/**
 * define MSHV_CAP_CORE_API_STABLE - extension: the ioctls will not change
 */
#define MSHV_CAP_CORE_API_STABLE        0x0
/**
 * define MSHV_CAP_REGISTER_PAGE - extension: a register page can be mapped
 */
#define MSHV_CAP_REGISTER_PAGE          0x1
/**
 * define MSHV_CAP_VTL_RETURN_ACTION - extension: actions can be queued for the
 * return to the lower level
 */
#define MSHV_CAP_VTL_RETURN_ACTION      0x2
/**
 * define MSHV_CAP_DR6_SHARED - extension: both levels share register DR6
 */
#define MSHV_CAP_DR6_SHARED             0x3
/**
 * define MSHV_MAX_RUN_MSG_SIZE - size of an exit message, in bytes
 */
#define MSHV_MAX_RUN_MSG_SIZE                256

/**
 * struct mshv_vp_registers - argument of MSHV_GET_VP_REGISTERS and
 * MSHV_SET_VP_REGISTERS
 * @count: number of registers, always 1
 * @reserved: not looked at; zero it
 * @regs_ptr: address of one struct hv_register_assoc
 */
struct mshv_vp_registers {
	__u32 count;
	__u32 reserved;
	__u64 regs_ptr;
};

/**
 * struct mshv_vtl_set_eventfd - argument of MSHV_SINT_SET_EVENTFD
 * @fd: eventfd to signal, or a negative number for none
 * @flag: number of the SynIC event flag, 0 to 2047
 */
struct mshv_vtl_set_eventfd {
	__s32 fd;
	__u32 flag;
};

/**
 * struct mshv_vtl_signal_event - argument of MSHV_SINT_SIGNAL_EVENT
 * @connection_id: connection to signal
 * @flag: event flag to set there
 */
struct mshv_vtl_signal_event {
	__u32 connection_id;
	__u32 flag;
};

/**
 * struct mshv_vtl_sint_post_msg - argument of MSHV_SINT_POST_MESSAGE
 * @message_type: type word of the message
 * @connection_id: connection to post to
 * @payload_size: length of the payload in bytes, at most 240
 * @payload_ptr: address of the payload
 */
struct mshv_vtl_sint_post_msg {
	__u64 message_type;
	__u32 connection_id;
	__u32 payload_size;
	__u64 payload_ptr;
};

/**
 * struct mshv_vtl_ram_disposition - argument of MSHV_ADD_VTL0_MEMORY
 * @start_pfn: first page of the range
 * @last_pfn: first page behind the range
 */
struct mshv_vtl_ram_disposition {
	__u64 start_pfn;
	__u64 last_pfn;
};

/**
 * struct mshv_vtl_set_poll_file - argument of MSHV_SET_POLL_FILE
 * @cpu: processor that is to leave the lower level
 * @fd: descriptor whose events make it do so
 */
struct mshv_vtl_set_poll_file {
	__u32 cpu;
	__u32 fd;
};

/**
 * struct mshv_vtl_hvcall_setup - argument of MSHV_HVCALL_SETUP
 * @bitmap_array_size: length of the bitmap in bytes, at most 8192
 * @allow_bitmap_ptr: address of the bitmap; bit n allows hypercall n
 */
struct mshv_vtl_hvcall_setup {
	__u64 bitmap_array_size;
	__u64 allow_bitmap_ptr;
};

/**
 * struct mshv_vtl_hvcall - argument of MSHV_HVCALL
 * @control: hypercall control word; its low 16 bits are the code
 * @input_size: length of the input in bytes, at most 4096
 * @input_ptr: address of the input
 * @status: out: the hypervisor's whole result word
 * @output_size: length of the output in bytes, at most 4096
 * @output_ptr: address for the output
 */
struct mshv_vtl_hvcall {
	__u64 control;
	__u64 input_size;
	__u64 input_ptr;
	__u64 status;
	__u64 output_size;
	__u64 output_ptr;
};

/**
 * struct mshv_sint_mask - argument of MSHV_SINT_PAUSE_MESSAGE_STREAM
 * @mask: non-zero stops the messages, zero lets them come
 * @reserved: not looked at; zero it
 */
struct mshv_sint_mask {
	__u8 mask;
	__u8 reserved[7];
};

/*
 * Of /dev/mshv, when mshv_vtl provides it
 */

/**
 * define MSHV_CHECK_EXTENSION - ask for an extension
 *
 * The argument is the address of a __u32, one of MSHV_CAP_*.
 *
 * Return:
 * * %0 or positive	- absent or present. MSHV_CAP_CORE_API_STABLE is always
 *   absent
 * * %-EOPNOTSUPP	- no such extension is known
 */
#define MSHV_CHECK_EXTENSION    _IOW(MSHV_IOCTL, 0x00, __u32)

/**
 * define MSHV_CREATE_VTL - open the lower trust level
 *
 * The argument is not looked at. The answer is a descriptor for the ioctls that
 * follow, closed on exec. mmap() of it gives each processor's run page and
 * register page.
 *
 * Return:
 * * a descriptor	- the lower level
 * * %-EMFILE, %-ENFILE	- no descriptor is free
 * * %-ENOMEM		- no memory
 */
#define MSHV_CREATE_VTL			_IOR(MSHV_IOCTL, 0x1D, char)

/*
 * Of the descriptor that MSHV_CREATE_VTL made
 */

/**
 * define MSHV_ADD_VTL0_MEMORY - make memory of the lower level known
 *
 * The argument is a &struct mshv_vtl_ram_disposition. It cannot be undone.
 *
 * Return:
 * * %0			- done
 * * %-EFAULT		- also: last_pfn is not above start_pfn
 * * %-ENOMEM		- no memory
 * * any error of mapping the range in the kernel
 */
#define MSHV_ADD_VTL0_MEMORY	_IOW(MSHV_IOCTL, 0x21, struct mshv_vtl_ram_disposition)

/**
 * define MSHV_SET_POLL_FILE - leave the lower level when a file has an event
 *
 * The argument is a &struct mshv_vtl_set_poll_file. It replaces the
 * processor's former file.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- cpu is not online; the file has more than one queue
 *   of waiters
 * * %-EBADFD		- fd is not open
 */
#define MSHV_SET_POLL_FILE		_IOW(MSHV_IOCTL, 0x25, struct mshv_vtl_set_poll_file)

/**
 * define MSHV_RETURN_TO_LOWER_VTL - run the lower level on this processor
 *
 * Takes no argument. The run page holds its registers and, afterwards, the
 * message that says why it stopped.
 *
 * Return:
 * * %0			- there is a message
 * * %-EINTR		- a signal, or the file of MSHV_SET_POLL_FILE, ended it
 */
#define MSHV_RETURN_TO_LOWER_VTL	_IO(MSHV_IOCTL, 0x27)

/**
 * define MSHV_GET_VP_REGISTERS - read a register of the lower level
 *
 * The argument is a &struct mshv_vp_registers.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- count is not 1
 * * %-EFAULT		- also: the register cannot be read or written
 * * an error of the hypervisor
 */
#define MSHV_GET_VP_REGISTERS		_IOWR(MSHV_IOCTL, 0x05, struct mshv_vp_registers)

/**
 * define MSHV_SET_VP_REGISTERS - write a register of the lower level
 *
 * The argument and the answers are those of MSHV_GET_VP_REGISTERS.
 */
#define MSHV_SET_VP_REGISTERS		_IOW(MSHV_IOCTL, 0x06, struct mshv_vp_registers)

/*
 * Of /dev/mshv_sint, the relay for VMBus. read() takes one message of 256
 * bytes: EINVAL for a shorter buffer, EAGAIN when there is none and the
 * descriptor does not block, 0 bytes while the stream is paused
 */

/**
 * define MSHV_SINT_SIGNAL_EVENT - signal a connection
 *
 * The argument is a &struct mshv_vtl_signal_event.
 *
 * Return:
 * * %0			- done
 * * an error of the hypervisor
 */
#define MSHV_SINT_SIGNAL_EVENT    _IOW(MSHV_IOCTL, 0x22, struct mshv_vtl_signal_event)

/**
 * define MSHV_SINT_POST_MESSAGE - post a message to a connection
 *
 * The argument is a &struct mshv_vtl_sint_post_msg.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- payload_size is more than 240
 * * %-EFAULT		- also: the payload cannot be read
 * * an error of the hypervisor
 */
#define MSHV_SINT_POST_MESSAGE    _IOW(MSHV_IOCTL, 0x23, struct mshv_vtl_sint_post_msg)

/**
 * define MSHV_SINT_SET_EVENTFD - signal an eventfd for an event flag
 *
 * The argument is a &struct mshv_vtl_set_eventfd. It replaces the flag's
 * former eventfd.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- flag is 2048 or more; fd is no eventfd
 * * %-EBADF		- fd is not open
 */
#define MSHV_SINT_SET_EVENTFD     _IOW(MSHV_IOCTL, 0x24, struct mshv_vtl_set_eventfd)

/**
 * define MSHV_SINT_PAUSE_MESSAGE_STREAM - stop or start the messages
 *
 * The argument is a &struct mshv_sint_mask. The stream is paused at first.
 *
 * Return:
 * * %0			- done
 */
#define MSHV_SINT_PAUSE_MESSAGE_STREAM     _IOW(MSHV_IOCTL, 0x25, struct mshv_sint_mask)

/*
 * Of /dev/mshv_hvcall. open() fails with EPERM without CAP_SYS_ADMIN
 */

/**
 * define MSHV_HVCALL_SETUP - say which hypercalls the descriptor may make
 *
 * The argument is a &struct mshv_vtl_hvcall_setup. Until then it may make none.
 *
 * Return:
 * * %0			- done
 * * %-EINVAL		- it was done before; bitmap_array_size is more than
 *   8192
 * * %-EFAULT		- also: the bitmap cannot be read
 */
#define MSHV_HVCALL_SETUP        _IOW(MSHV_IOCTL, 0x1E, struct mshv_vtl_hvcall_setup)

/**
 * define MSHV_HVCALL - make a hypercall
 *
 * The argument is a &struct mshv_vtl_hvcall.
 *
 * Return:
 * * %0			- the hypercall was made; status tells how it went
 * * %-EINVAL		- input_size or output_size is more than 4096
 * * %-EPERM		- the hypercall is not in the bitmap
 * * %-EFAULT		- also: input or output is not accessible
 * * %-ENOMEM		- no memory
 */
#define MSHV_HVCALL              _IOWR(MSHV_IOCTL, 0x1F, struct mshv_vtl_hvcall)

#endif /* _UAPI_LINUX_MSHV_H */
