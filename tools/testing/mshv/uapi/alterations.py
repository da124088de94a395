# SPDX-License-Identifier: GPL-2.0-only
"""Alterations of the header that the comparison must find.

What is altered, a text that stands once in the header, its replacement, and
the names whose facts change by it.
"""

HVCALL = "struct mshv_root_hvcall"

ALTERATIONS = [
    ("a wider field, which moves those behind it",
     "\t__u16 reps;\n", "\t__u32 reps;\n",
     [HVCALL, "define MSHV_ROOT_HVCALL"] +
     [f"{HVCALL}.{field}" for field in
      ("reps", "in_sz", "out_sz", "status", "rsvd", "in_ptr", "out_ptr")]),
    ("two fields of one type in the other order",
     "\t__u32 address_lo;\n\t__u32 address_hi;\n",
     "\t__u32 address_hi;\n\t__u32 address_lo;\n",
     ["struct mshv_user_irq_entry.address_lo", "struct mshv_user_irq_entry.address_hi"]),
    ("a field without its sign",
     "\t__s32 resamplefd;\n", "\t__u32 resamplefd;\n",
     ["struct mshv_user_irqfd.resamplefd"]),
    ("a field with another name",
     "\t__u32 vp_index;\n", "\t__u32 vp_id;\n",
     ["struct mshv_create_vp.vp_index", "struct mshv_create_vp.vp_id"]),
    ("a field made out of reserved bytes",
     "\t__u8  pt_rsvd[6];\n", "\t__u8  pt_rsvd[5];\n\t__u8  pt_more;\n",
     ["struct mshv_create_partition_v2.pt_rsvd", "struct mshv_create_partition_v2.pt_more"]),
    ("a structure with another alignment",
     "} __attribute__((packed));", "};",
     ["struct mshv_create_partition_v2"]),
    ("two flags in the other order",
     "\tMSHV_SET_MEM_BIT_WRITABLE,\n\tMSHV_SET_MEM_BIT_EXECUTABLE,\n",
     "\tMSHV_SET_MEM_BIT_EXECUTABLE,\n\tMSHV_SET_MEM_BIT_WRITABLE,\n",
     ["enumerator MSHV_SET_MEM_BIT_WRITABLE", "enumerator MSHV_SET_MEM_BIT_EXECUTABLE"]),
    ("a flag too many",
     "\tMSHV_IRQFD_BIT_COUNT,\n", "\tMSHV_IRQFD_BIT_LEVEL,\n\tMSHV_IRQFD_BIT_COUNT,\n",
     ["enumerator MSHV_IRQFD_BIT_LEVEL", "enumerator MSHV_IRQFD_BIT_COUNT",
      "define MSHV_IRQFD_FLAGS_MASK"]),
    ("a constant with another value",
     "#define MSHV_HV_PAGE_SIZE\t0x1000", "#define MSHV_HV_PAGE_SIZE\t0x2000",
     ["define MSHV_HV_PAGE_SIZE"]),
    ("an ioctl with another number",
     "_IOW(MSHV_IOCTL, 0x03,", "_IOW(MSHV_IOCTL, 0x0a,",
     ["define MSHV_IRQFD"]),
    ("an ioctl with another direction",
     "_IOR(MSHV_IOCTL, 0x00, struct mshv_run_vp)",
     "_IOWR(MSHV_IOCTL, 0x00, struct mshv_run_vp)",
     ["define MSHV_RUN_VP"]),
    ("a missing ioctl",
     "#define MSHV_RETURN_TO_LOWER_VTL\t_IO(MSHV_IOCTL, 0x27)\n", "",
     ["define MSHV_RETURN_TO_LOWER_VTL"]),
    ("a structure too many",
     "#endif /* _UAPI_LINUX_MSHV_H */", "struct mshv_extra {\n\t__u8 byte;\n};\n#endif",
     ["struct mshv_extra", "struct mshv_extra.byte"]),
]
