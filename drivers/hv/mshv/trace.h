/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mshv

#if !defined(_MSHV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MSHV_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>
#include <asm/mshyperv.h>

/* What the hypervisor refuses */

TRACE_EVENT(mshv_hvcall_failed,
	    TP_PROTO(u16 code, u64 status),
	    TP_ARGS(code, status),
	    TP_STRUCT__entry(__field(u16, code)
			     __field(u16, status)
			     __field(u16, done)
			     __string(name, hv_result_to_string(status))),
	    TP_fast_assign(__entry->code = code;
			   __entry->status = hv_result(status);
			   __entry->done = hv_repcomp(status);
			   __assign_str(name);),
	    TP_printk("code %#x status %s (%#x) repetitions done %u",
		      __entry->code, __get_str(name), __entry->status,
		      __entry->done)
);

/* What happens to a partition */

DECLARE_EVENT_CLASS(mshv_partition,
		    TP_PROTO(u64 partition_id),
		    TP_ARGS(partition_id),
		    TP_STRUCT__entry(__field(u64, partition_id)),
		    TP_fast_assign(__entry->partition_id = partition_id;),
		    TP_printk("partition %llu", __entry->partition_id)
);

DEFINE_EVENT(mshv_partition, mshv_partition_create,
	     TP_PROTO(u64 partition_id),
	     TP_ARGS(partition_id)
);

DEFINE_EVENT(mshv_partition, mshv_partition_destroy,
	     TP_PROTO(u64 partition_id),
	     TP_ARGS(partition_id)
);

/* What happens to a VP */

DECLARE_EVENT_CLASS(mshv_vp,
		    TP_PROTO(u64 partition_id, u32 vp_index),
		    TP_ARGS(partition_id, vp_index),
		    TP_STRUCT__entry(__field(u64, partition_id)
				     __field(u32, vp_index)),
		    TP_fast_assign(__entry->partition_id = partition_id;
				   __entry->vp_index = vp_index;),
		    TP_printk("partition %llu VP %u", __entry->partition_id,
			      __entry->vp_index)
);

DEFINE_EVENT(mshv_vp, mshv_vp_create,
	     TP_PROTO(u64 partition_id, u32 vp_index),
	     TP_ARGS(partition_id, vp_index)
);

DEFINE_EVENT(mshv_vp, mshv_vp_destroy,
	     TP_PROTO(u64 partition_id, u32 vp_index),
	     TP_ARGS(partition_id, vp_index)
);

DEFINE_EVENT(mshv_vp, mshv_vp_entry,
	     TP_PROTO(u64 partition_id, u32 vp_index),
	     TP_ARGS(partition_id, vp_index)
);

DEFINE_EVENT(mshv_vp, mshv_vp_kick,
	     TP_PROTO(u64 partition_id, u32 vp_index),
	     TP_ARGS(partition_id, vp_index)
);

TRACE_EVENT(mshv_vp_exit,
	    TP_PROTO(u64 partition_id, u32 vp_index, u32 message_type, long ret),
	    TP_ARGS(partition_id, vp_index, message_type, ret),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, vp_index)
			     __field(u32, message_type)
			     __field(long, ret)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->vp_index = vp_index;
			   __entry->message_type = message_type;
			   __entry->ret = ret;),
	    TP_printk("partition %llu VP %u message %#x returns %ld",
		      __entry->partition_id, __entry->vp_index,
		      __entry->message_type, __entry->ret)
);

TRACE_EVENT(mshv_vp_dispatch,
	    TP_PROTO(u64 partition_id, u32 vp_index, u32 flags, u32 state,
		     u32 event, int ret),
	    TP_ARGS(partition_id, vp_index, flags, state, event, ret),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, vp_index)
			     __field(u32, flags)
			     __field(u32, state)
			     __field(u32, event)
			     __field(int, ret)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->vp_index = vp_index;
			   __entry->flags = flags;
			   __entry->state = state;
			   __entry->event = event;
			   __entry->ret = ret;),
	    TP_printk("partition %llu VP %u flags %#x state %u event %u returns %d",
		      __entry->partition_id, __entry->vp_index, __entry->flags,
		      __entry->state, __entry->event, __entry->ret)
);

/* What the guest's writes to devices do */

TRACE_EVENT(mshv_ioeventfd,
	    TP_PROTO(u64 partition_id, u64 addr, u32 len, u32 flags,
		     u64 datamatch, int ret),
	    TP_ARGS(partition_id, addr, len, flags, datamatch, ret),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u64, addr)
			     __field(u32, len)
			     __field(u32, flags)
			     __field(u64, datamatch)
			     __field(int, ret)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->addr = addr;
			   __entry->len = len;
			   __entry->flags = flags;
			   __entry->datamatch = datamatch;
			   __entry->ret = ret;),
	    TP_printk("partition %llu address %#llx length %u flags %#x datamatch %#llx returns %d",
		      __entry->partition_id, __entry->addr, __entry->len,
		      __entry->flags, __entry->datamatch, __entry->ret)
);

TRACE_EVENT(mshv_doorbell,
	    TP_PROTO(u64 partition_id, u32 port),
	    TP_ARGS(partition_id, port),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, port)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->port = port;),
	    TP_printk("partition %llu port %u", __entry->partition_id,
		      __entry->port)
);

/* What happens to interrupts */

TRACE_EVENT(mshv_irq_routing,
	    TP_PROTO(u64 partition_id, u32 count),
	    TP_ARGS(partition_id, count),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, count)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->count = count;),
	    TP_printk("partition %llu routes %u", __entry->partition_id,
		      __entry->count)
);

TRACE_EVENT(mshv_irqfd_assign,
	    TP_PROTO(u64 partition_id, u32 gsi, bool resample),
	    TP_ARGS(partition_id, gsi, resample),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, gsi)
			     __field(bool, resample)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->gsi = gsi;
			   __entry->resample = resample;),
	    TP_printk("partition %llu gsi %u resample %d",
		      __entry->partition_id, __entry->gsi, __entry->resample)
);

TRACE_EVENT(mshv_irqfd_deassign,
	    TP_PROTO(u64 partition_id, u32 gsi),
	    TP_ARGS(partition_id, gsi),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, gsi)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->gsi = gsi;),
	    TP_printk("partition %llu gsi %u", __entry->partition_id,
		      __entry->gsi)
);

TRACE_EVENT(mshv_irq_raise,
	    TP_PROTO(u64 partition_id, u32 vector, u32 destination, u64 control,
		     bool on_page, int ret),
	    TP_ARGS(partition_id, vector, destination, control, on_page, ret),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, vector)
			     __field(u32, destination)
			     __field(u64, control)
			     __field(bool, on_page)
			     __field(int, ret)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->vector = vector;
			   __entry->destination = destination;
			   __entry->control = control;
			   __entry->on_page = on_page;
			   __entry->ret = ret;),
	    TP_printk("partition %llu vector %#x destination %u control %#llx on page %d returns %d",
		      __entry->partition_id, __entry->vector,
		      __entry->destination, __entry->control, __entry->on_page,
		      __entry->ret)
);

TRACE_EVENT(mshv_irq_ack,
	    TP_PROTO(u64 partition_id, u32 vp_index, u32 vector,
		     unsigned int signalled),
	    TP_ARGS(partition_id, vp_index, vector, signalled),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u32, vp_index)
			     __field(u32, vector)
			     __field(unsigned int, signalled)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->vp_index = vp_index;
			   __entry->vector = vector;
			   __entry->signalled = signalled;),
	    TP_printk("partition %llu VP %u vector %#x signals %u eventfds",
		      __entry->partition_id, __entry->vp_index, __entry->vector,
		      __entry->signalled)
);

/* What happens to guest memory */

TRACE_EVENT(mshv_fault,
	    TP_PROTO(u64 partition_id, u64 gfn, bool write, bool execute,
		     int ret),
	    TP_ARGS(partition_id, gfn, write, execute, ret),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u64, gfn)
			     __field(bool, write)
			     __field(bool, execute)
			     __field(int, ret)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->gfn = gfn;
			   __entry->write = write;
			   __entry->execute = execute;
			   __entry->ret = ret;),
	    TP_printk("partition %llu gfn %#llx write %d execute %d returns %d",
		      __entry->partition_id, __entry->gfn, __entry->write,
		      __entry->execute, __entry->ret)
);

TRACE_EVENT(mshv_map,
	    TP_PROTO(u64 partition_id, u64 gfn, u64 count, u32 flags, int ret),
	    TP_ARGS(partition_id, gfn, count, flags, ret),
	    TP_STRUCT__entry(__field(u64, partition_id)
			     __field(u64, gfn)
			     __field(u64, count)
			     __field(u32, flags)
			     __field(int, ret)),
	    TP_fast_assign(__entry->partition_id = partition_id;
			   __entry->gfn = gfn;
			   __entry->count = count;
			   __entry->flags = flags;
			   __entry->ret = ret;),
	    TP_printk("partition %llu gfn %#llx count %llu flags %#x returns %d",
		      __entry->partition_id, __entry->gfn, __entry->count,
		      __entry->flags, __entry->ret)
);

/* What happens to the hypervisor's pool of pages for a partition */

DECLARE_EVENT_CLASS(mshv_pool,
		    TP_PROTO(u64 partition_id, u64 pages, int ret),
		    TP_ARGS(partition_id, pages, ret),
		    TP_STRUCT__entry(__field(u64, partition_id)
				     __field(u64, pages)
				     __field(int, ret)),
		    TP_fast_assign(__entry->partition_id = partition_id;
				   __entry->pages = pages;
				   __entry->ret = ret;),
		    TP_printk("partition %#llx pages %llu returns %d",
			      __entry->partition_id, __entry->pages,
			      __entry->ret)
);

DEFINE_EVENT(mshv_pool, mshv_deposit,
	     TP_PROTO(u64 partition_id, u64 pages, int ret),
	     TP_ARGS(partition_id, pages, ret)
);

DEFINE_EVENT(mshv_pool, mshv_withdraw,
	     TP_PROTO(u64 partition_id, u64 pages, int ret),
	     TP_ARGS(partition_id, pages, ret)
);

#endif /* _MSHV_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
