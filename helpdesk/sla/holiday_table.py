"""Holidays by year as MMDD and a name, made from the `holidays` library by `holiday_source`."""

LIBRARY = "0.109"

NAMES: dict[str, tuple[str, str, bool]] = {
    "n0": ("Tahun Baru Masehi", "New Year's Day", False),
    "n1": ("Tahun Baru Imlek", "Lunar New Year", False),
    "n2": ("Isra Mikraj Nabi Muhammad", "Isra' and Mi'raj", False),
    "n3": ("Hari Suci Nyepi", "Day of Silence", False),
    "n4": ("Wafat Yesus Kristus", "Good Friday", False),
    "n5": ("Hari Buruh Internasional", "International Labor Day", False),
    "n6": ("Hari Raya Waisak", "Vesak Day", False),
    "n7": ("Kenaikan Yesus Kristus", "Ascension Day", False),
    "n8": ("Hari Raya Idul Fitri", "Eid al-Fitr", False),
    "n9": ("Hari kedua dari Hari Raya Idul Fitri", "Eid al-Fitr Second Day", False),
    "n10": ("Hari Lahir Pancasila", "Pancasila Day", False),
    "n11": ("Hari Raya Idul Adha", "Eid al-Adha", False),
    "n12": ("Hari Kemerdekaan Republik Indonesia", "Independence Day", False),
    "n13": ("Tahun Baru Islam", "Islamic New Year", False),
    "n14": ("Cuti Bersama Tahun Baru Islam", "Islamic New Year Joint Holiday", True),
    "n15": ("Cuti Bersama Maulid Nabi Muhammad", "Prophet's Birthday Joint Holiday", True),
    "n16": ("Maulid Nabi Muhammad", "Prophet's Birthday", False),
    "n17": ("Hari Pemilihan Kepala Daerah", "Local Election Day", False),
    "n18": ("Cuti Bersama Hari Raya Natal", "Christmas Joint Holiday", True),
    "n19": ("Hari Raya Natal", "Christmas Day", False),
    "n20": ("Pegangti Cuti Bersama Hari Raya Idul Fitri", "Eid al-Fitr Joint Holiday (observed)", True),
    "n21": ("Cuti Bersama Hari Raya Idul Fitri", "Eid al-Fitr Joint Holiday", True),
    "n22": ("Hari Raya Idul Fitri; Kenaikan Yesus Kristus", "Ascension Day; Eid al-Fitr", False),
    "n23": ("Cuti Bersama Tahun Baru Imlek", "Lunar New Year Joint Holiday", True),
    "n24": ("Cuti Bersama Hari Suci Nyepi", "Day of Silence Joint Holiday", True),
    "n25": ("Cuti Bersama Hari Raya Waisak", "Vesak Joint Holiday", True),
    "n26": ("Cuti Bersama Hari Raya Idul Adha", "Eid al-Adha Joint Holiday", True),
    "n27": ("Hari Pemilihan Umum", "General Election Day", False),
    "n28": ("Kebangkitan Yesus Kristus", "Easter Sunday", False),
    "n29": ("Cuti Bersama Kenaikan Yesus Kristus", "Ascension Joint Holiday", True),
    "n30": ("Cuti Bersama Hari Kemerdekaan Republik Indonesia", "Independence Day Joint Holiday", True),
    "n31": ("Hari Raya Idul Fitri (perkiraan)", "Eid al-Fitr (estimated)", False),
    "n32": ("Hari kedua dari Hari Raya Idul Fitri (perkiraan)", "Eid al-Fitr Second Day (estimated)", False),
    "n33": ("Cuti Bersama Wafat Yesus Kristus", "Good Friday Joint Holiday", True),
    "n34": ("Hari Raya Idul Adha (perkiraan)", "Eid al-Adha (estimated)", False),
    "n35": ("Tahun Baru Imlek (perkiraan)", "Lunar New Year (estimated)", False),
    "n36": ("Hari Raya Waisak (perkiraan)", "Vesak Day (estimated)", False),
    "n37": ("Tahun Baru Islam (perkiraan)", "Islamic New Year (estimated)", False),
    "n38": ("Maulid Nabi Muhammad (perkiraan)", "Prophet's Birthday (estimated)", False),
    "n39": ("Isra Mikraj Nabi Muhammad (perkiraan)", "Isra' and Mi'raj (estimated)", False),
}

YEARS: dict[int, str] = {
    2020: (
        "0101n0 0125n1 0322n2 0325n3 0410n4 0501n5 0507n6 0521n7 0524n8 0525n9 0601n10 0731n11 0817n12 "
        "0820n13 0821n14 1028n15 1029n16 1030n15 1209n17 1224n18 1225n19 1231n20 "
    ),
    2021: (
        "0101n0 0212n1 0311n2 0314n3 0402n4 0501n5 0512n21 0513n22 0514n9 0526n6 0601n10 0720n11 0811n13 "
        "0817n12 1020n16 1225n19 "
    ),
    2022: (
        "0101n0 0201n1 0228n2 0303n3 0415n4 0429n21 0501n5 0502n8 0503n9 0504n21 0505n21 0506n21 0516n6 "
        "0526n7 0601n10 0710n11 0730n13 0817n12 1008n16 1225n19 "
    ),
    2023: (
        "0101n0 0122n1 0123n23 0218n2 0322n3 0323n24 0407n4 0419n21 0420n21 0421n21 0422n8 0423n9 0424n21 "
        "0425n21 0501n5 0518n7 0601n10 0602n25 0604n6 0628n26 0629n11 0630n26 0719n13 0817n12 0928n16 1225n19 "
        "1226n18 "
    ),
    2024: (
        "0101n0 0208n2 0209n23 0210n1 0214n27 0311n3 0312n24 0329n4 0331n28 0408n21 0409n21 0410n8 0411n9 "
        "0412n21 0415n21 0501n5 0509n7 0510n29 0523n6 0524n25 0601n10 0617n11 0618n26 0707n13 0817n12 0916n16 "
        "1127n17 1225n19 1226n18 "
    ),
    2025: (
        "0101n0 0127n2 0128n23 0129n1 0328n24 0329n3 0331n8 0401n9 0402n21 0403n21 0404n21 0407n21 0418n4 "
        "0420n28 0501n5 0512n6 0513n25 0529n7 0530n29 0601n10 0606n11 0609n26 0627n13 0817n12 0818n30 0905n16 "
        "1225n19 1226n18 "
    ),
    2026: (
        "0101n0 0116n2 0216n23 0217n1 0318n24 0319n3 0320n21 0321n8 0322n9 0323n21 0324n21 0403n4 0405n28 "
        "0501n5 0514n7 0515n29 0527n11 0528n26 0531n6 0601n10 0616n13 0817n12 0825n16 1224n18 1225n19 "
    ),
    2027: (
        "0101n0 0105n2 0205n23 0206n1 0308n3 0309n21 0310n31 0311n32 0312n21 0315n21 0325n33 0326n4 0328n28 "
        "0501n5 0506n7 0517n34 0518n26 0519n25 0520n6 0601n10 0606n13 0815n16 0817n12 1224n18 1225n19 1226n2 "
    ),
    2028: (
        "0101n0 0126n35 0227n31 0228n32 0326n3 0414n4 0416n28 0501n5 0505n34 0509n36 0525n7 0526n37 0601n10 "
        "0804n38 0817n12 1214n39 1225n19 "
    ),
    2029: (
        "0101n0 0213n35 0215n31 0216n32 0315n3 0330n4 0401n28 0425n34 0501n5 0510n7 0515n37 0527n36 0601n10 "
        "0724n38 0817n12 1204n39 1225n19 "
    ),
    2030: (
        "0101n0 0203n35 0204n31 0205n32 0305n3 0414n34 0419n4 0421n28 0501n5 0504n37 0516n36 0530n7 0601n10 "
        "0713n38 0817n12 1123n39 1225n19 "
    ),
    2031: (
        "0101n0 0123n35 0125n31 0126n32 0324n3 0403n34 0411n4 0413n28 0423n37 0501n5 0522n7 0601n10 0604n36 "
        "0702n38 0817n12 1113n39 1225n19 "
    ),
    2032: (
        "0101n0 0114n31 0115n32 0211n35 0312n3 0322n34 0326n4 0328n28 0412n37 0501n5 0506n7 0523n36 0601n10 "
        "0621n38 0817n12 1101n39 1225n19 "
    ),
}
