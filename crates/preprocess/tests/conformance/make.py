"""Writes the conformance suite: `python make.py FOLDER [--few]`. Needs Pillow and numpy.

Files, their references as PPM (`NAME.REST.SCALE.ppm`) and `index.tsv`, a line a file: name, `same` or `refused`, and for
what is refused a part of the reason. References are libjpeg-turbo's and libpng's pixels, by Pillow, whole and at each of
its scales; where a file says that its colors are not sRGB, the definitions' in numpy. `--few` writes those that are kept in
the repository.
"""

import io
import itertools
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageFile

from jpeg_writer import jpeg, segment
from png_writer import LINEAR_CURVE, P3, SRGB, SRGB_CURVE, chunk, gamma_curve, icc, icc_table, linear, png, to_srgb

FOLDER = pathlib.Path(sys.argv[1])
FEW = "--few" in sys.argv
KEPT_EVERY = 13
INDEX = []
COUNT = itertools.count()


def picture(width, height, seed=0, channels=3):
    """Skin-like waves, an edge and some noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(float)
    base = np.stack([190 + 30 * np.sin(x / 7 + seed), 140 + 30 * np.cos(y / 9), 115 + 20 * np.sin((x + y) / 11), x * 0 + 225], -1)
    base[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 4) ** 2] *= 0.55
    base += random.normal(0, 4, base.shape)
    return np.clip(base, 0, 255)[..., :channels]


def ycc(rgb):
    r, g, b = np.moveaxis(rgb[..., :3], -1, 0)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    return [y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402]


def planes_of(rgb):
    return [rgb[..., at] for at in range(rgb.shape[-1])]


def pillow(data, scale):
    """Upright sRGB by Pillow, or None where it refuses; orientation is applied by hand from the first Exif block."""
    try:
        image = Image.open(io.BytesIO(data))
        size = [max(1, side // scale) for side in image.size]
        if scale > 1:
            if image.format != "JPEG":
                return None
            image.draft(None, size)
            if image.size != tuple(-(-side // scale) for side in Image.open(io.BytesIO(data)).size):
                return None
        orientation = image.getexif().get(0x112, 1)
        image.load()
        pixels = image.convert("RGB")
        method = {
            2: [Image.Transpose.FLIP_LEFT_RIGHT],
            3: [Image.Transpose.ROTATE_180],
            4: [Image.Transpose.FLIP_TOP_BOTTOM],
            5: [Image.Transpose.TRANSPOSE],
            6: [Image.Transpose.ROTATE_270],
            7: [Image.Transpose.TRANSVERSE],
            8: [Image.Transpose.ROTATE_90],
        }.get(orientation, [])
        for turn in method:
            pixels = pixels.transpose(turn)
        return np.asarray(pixels)
    except (OSError, SyntaxError, ValueError, struct.error):
        return None


def put(name, data, refused=None, reference=None):
    if FEW and next(COUNT) % KEPT_EVERY:
        return
    (FOLDER / name).write_bytes(data)
    INDEX.append(f"{name}\t{'refused' if refused else 'same'}\t{refused or ''}")
    if refused:
        return
    for scale in (1, 4) if FEW else (1, 2, 4, 8):
        pixels = reference if reference is not None and scale == 1 else pillow(data, scale)
        if reference is not None and scale > 1:
            continue
        if pixels is None:
            if scale == 1:
                raise SystemExit(f"{name}: Pillow refuses it, and it was to be read")
            continue
        height, width = pixels.shape[:2]
        target = FOLDER / f"{name}.{scale}.ppm"
        target.write_bytes(b"P6 %d %d 255\n" % (width, height) + pixels.astype(np.uint8).tobytes())


JFIF = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")


def adobe(transform):
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def exif(orientation=None, order="<"):
    tags = [] if orientation is None else [(0x112, 3, 1, orientation)]
    tags.append((0x128, 3, 1, 2))
    body = struct.pack(order + "H", len(tags))
    for tag, kind, count, value in tags:
        body += struct.pack(order + "HHIHH", tag, kind, count, value, 0)
    head = b"II*\0" if order == "<" else b"MM\0*"
    return segment(0xE1, b"Exif\0\0" + head + struct.pack(order + "I", 8) + body + bytes(4))


SPECTRAL = [((0, 1, 2), (0, 0, 0, 0))] + [((c,), band) for c in range(3) for band in ((1, 5, 0, 0), (6, 63, 0, 0))]
REFINED = (
    [((0, 1, 2), (0, 0, 0, 1))]
    + [((c,), (1, 63, 0, 2)) for c in range(3)]
    + [((c,), (1, 63, 2, 1)) for c in range(3)]
    + [((0, 1, 2), (0, 0, 1, 0))]
    + [((c,), (1, 63, 1, 0)) for c in range(3)]
)


def jpegs():
    samplings = {
        "444": [(1, 1)] * 3,
        "422": [(2, 1), (1, 1), (1, 1)],
        "420": [(2, 2), (1, 1), (1, 1)],
        "440": [(1, 2), (1, 1), (1, 1)],
        "411": [(4, 1), (1, 1), (1, 1)],
        "410": [(4, 2), (1, 1), (1, 1)],
        "441": [(1, 4), (1, 1), (1, 1)],
        "mixed": [(2, 2), (2, 1), (1, 2)],
        "chroma-larger": [(1, 1), (2, 2), (1, 1)],
        "444-as-12": [(1, 2)] * 3,
    }
    sizes = [(41, 30), (64, 48), (17, 35), (9, 7), (1, 1), (3, 40)]
    layouts = {
        "1scan": dict(),
        "3scans": dict(scans=[((0,), None), ((1,), None), ((2,), None)]),
        "2scans": dict(scans=[((0,), None), ((1, 2), None)]),
        "extended": dict(frame=0xC1),
        "extended-3scans": dict(frame=0xC1, scans=[((2,), None), ((0,), None), ((1,), None)]),
        "spectral": dict(frame=0xC2, scans=SPECTRAL),
        "refined": dict(frame=0xC2, scans=REFINED),
    }
    for (sampling, factors), (width, height), (layout, options) in itertools.product(
        samplings.items(), sizes, layouts.items()
    ):
        pixels = picture(width, height, seed=width)
        put(f"{sampling}_{width}x{height}_{layout}.jpg", jpeg(ycc(pixels), factors, before=JFIF, quality=0.3, **options))
    for restart, (layout, options), sampling in itertools.product((1, 2, 5), layouts.items(), ("420", "422", "444")):
        data = jpeg(ycc(picture(50, 37)), samplings[sampling], before=JFIF, restart=restart, quality=0.4, **options)
        put(f"restart{restart}_{sampling}_{layout}.jpg", data)
    # What the components are: markers and names.
    names = {"123": [1, 2, 3], "RGB": list(b"RGB"), "012": [0, 1, 2], "rgb": list(b"rgb"), "321": [3, 2, 1]}
    markers = {"none": b"", "jfif": JFIF, "adobe0": adobe(0), "adobe1": adobe(1), "jfif+adobe0": JFIF + adobe(0)}
    markers |= {"adobe0+jfif": adobe(0) + JFIF, "jfif+adobe1": JFIF + adobe(1), "adobe2": adobe(2)}
    for (name, ids), (marker, before), progressive in itertools.product(names.items(), markers.items(), (False, True)):
        options = layouts["refined" if progressive else "1scan"]
        data = jpeg(planes_of(picture(33, 26)), samplings["444"], names=ids, before=before, quality=0.3, **options)
        put(f"ids-{name}_{marker}_{'progressive' if progressive else 'baseline'}.jpg", data)
    # Four components.
    inks = {"1111": [(1, 1)] * 4, "2112": [(2, 2), (1, 1), (1, 1), (2, 2)], "k-half": [(2, 1)] * 3 + [(1, 1)]}
    for (ink, factors), (marker, before), scans in itertools.product(
        inks.items(), {"none": b"", "adobe0": adobe(0), "adobe2": adobe(2), "jfif": JFIF}.items(), (1, 4)
    ):
        four = picture(35, 28, seed=4, channels=4)
        planes = ycc(four) + [four[..., 3]] if marker == "adobe2" else planes_of(four)
        order = [((at,), None) for at in range(4)] if scans == 4 else None
        put(f"inks-{ink}_{marker}_{scans}.jpg", jpeg(planes, factors, before=before, scans=order, quality=0.3))
    for sampling, (width, height), frame in itertools.product([(1, 1), (2, 2), (3, 1)], sizes, (0xC0, 0xC1)):
        gray = [picture(width, height)[..., 1]]
        put(f"gray-{sampling[0]}{sampling[1]}_{width}x{height}_{frame:x}.jpg", jpeg(gray, [sampling], frame=frame, quality=0.3))
    # Pillow's own encoder.
    for mode, quality, progressive, optimize, subsampling in itertools.product(
        ("RGB", "L", "CMYK"), (30, 75, 98), (False, True), (False, True), (0, 1, 2)
    ):
        image = Image.fromarray(picture(61, 45, seed=quality).astype(np.uint8)).convert(mode)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, progressive=progressive, optimize=optimize, subsampling=subsampling)
        put(f"pillow_{mode}_{quality}_{int(progressive)}{int(optimize)}{subsampling}.jpg", out.getvalue())
    # Orientation: the first Exif block's.
    base = dict(planes=ycc(picture(40, 26)), samplings=samplings["420"], quality=0.3)
    for orientation, order in itertools.product(range(1, 9), "<>"):
        put(f"exif{orientation}{'le' if order == '<' else 'be'}.jpg", jpeg(before=JFIF + exif(orientation, order), **base))
    put("exif6-then-none.jpg", jpeg(before=JFIF + exif(6) + exif(None), **base))
    put("exif6-then-8.jpg", jpeg(before=JFIF + exif(6) + exif(8), **base))
    put("exif-out-of-range.jpg", jpeg(before=JFIF + exif(9), **base))
    # What lies about.
    whole = jpeg(before=JFIF, **base)
    put("trailing-zeros.jpg", whole + bytes(500))
    put("trailing-jpeg.jpg", whole + jpeg(**base))
    put("trailing-text.jpg", whole + b"trailer \xff\xd8 \xff\xda not a scan")
    put("comment.jpg", jpeg(before=JFIF + segment(0xFE, b"a comment"), **base))
    put("fill-bytes.jpg", jpeg(before=JFIF, fill=True, **base))
    put("application-data.jpg", jpeg(before=JFIF + segment(0xE5, bytes(3000)) + segment(0xED, b"Photoshop 3.0\0"), **base))
    put("padding-between.jpg", jpeg(before=JFIF + bytes(7), **base))
    put("padding-at-end.jpg", whole[:-2] + bytes(9) + whole[-2:])
    put("adobe-after-frame.jpg", jpeg(planes_of(picture(33, 26)), samplings["444"], after_frame=adobe(0), quality=0.3))
    # Color profiles.
    for name, profile, colorants, curve in (
        ("p3", icc(P3, SRGB_CURVE), P3, linear),
        ("linear-srgb", icc(SRGB, LINEAR_CURVE), SRGB, lambda v: v),
        ("gamma18", icc(SRGB, gamma_curve(1.8)), SRGB, lambda v: v ** (round(1.8 * 256) / 256)),
        ("srgb", icc(SRGB, SRGB_CURVE), SRGB, linear),
    ):
        data = jpeg(before=JFIF + segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile), **base)
        put(f"icc-{name}.jpg", data, reference=to_srgb(pillow(data, 1), colorants, curve))
    gray = [picture(30, 20)[..., 1]]
    data = jpeg(gray, [(1, 1)], before=segment(0xE2, b"ICC_PROFILE\0\x01\x01" + icc(None, LINEAR_CURVE, b"GRAY")))
    put("icc-gray-linear.jpg", data, reference=to_srgb(pillow(data, 1), SRGB, lambda v: v))
    bad_jpegs(samplings, layouts)


def profile_segments(profile):
    parts = [profile[at : at + 60_000] for at in range(0, len(profile), 60_000)]
    heads = (b"ICC_PROFILE\0" + bytes([at + 1, len(parts)]) for at in range(len(parts)))
    return b"".join(segment(0xE2, head + part) for head, part in zip(heads, parts))


def managed(data, profile):
    """sRGB by LittleCMS."""
    image = Image.open(io.BytesIO(data))
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return np.asarray(ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"))


def bad_jpegs(samplings, layouts):
    big = ycc(picture(64, 48))
    for (layout, options), sampling in itertools.product(layouts.items(), ("420", "444")):
        data = jpeg(big, samplings[sampling], before=JFIF, quality=0.3, **options)
        last = data.rindex(b"\xff\xda")
        for share in (0.3, 0.65, 0.9):
            cut = last + 14 + int((len(data) - last - 16) * share)
            if data[cut - 1] == 0xFF:
                cut -= 1
            put(f"cut{int(share * 100)}_{sampling}_{layout}.jpg", data[:cut], refused="cut short|end early")
            if share < 0.9 or "spectral" not in layout and "refined" not in layout:
                put(f"cut{int(share * 100)}-eoi_{sampling}_{layout}.jpg", data[:cut] + b"\xff\xd9", refused="end early")
        # In the middle of an earlier scan, the others whole.
        if data.count(b"\xff\xda") > 1:
            second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
            hole = data[: second - max(4, (second - data.index(b"\xff\xda")) // 3)]
            put(f"hole_{sampling}_{layout}.jpg", hole.rstrip(b"\xff") + data[second:], refused="end early")
            put(f"scans-missing_{sampling}_{layout}.jpg", data[:last] + b"\xff\xd9", refused="last scans are missing")
    whole = jpeg(big, samplings["420"], before=JFIF, restart=2, quality=0.3)
    at = whole.index(b"\xff\xd3")
    put("restart-out-of-order.jpg", whole[: at + 1] + b"\xd5" + whole[at + 2 :], refused="restart marker")
    put("restart-missing.jpg", whole[:at] + whole[at + 2 :], refused="damaged")
    kinds = {0xC3: "lossless", 0xC5: "hierarchical", 0xC6: "hierarchical", 0xC7: "hierarchical"}
    kinds |= {marker: "arithmetic" for marker in (0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF)}
    for marker, reason in kinds.items():
        put(f"sof{marker - 0xC0}.jpg", jpeg(big, samplings["420"], frame=marker), refused=reason)
    data = jpeg(big, samplings["420"], before=JFIF)
    frame = data.index(b"\xff\xc0")
    put("12-bit.jpg", data[: frame + 4] + b"\x0c" + data[frame + 5 :], refused="12-bit")
    put("height-later.jpg", data[: frame + 5] + b"\0\0" + data[frame + 7 :], refused="height")
    put("two-components.jpg", jpeg(big[:2], [(1, 1)] * 2), refused="two or more than four components")
    put("fractional.jpg", jpeg_fractional(data, frame), refused="fractional")
    table = data.index(b"\xff\xc4")
    put("no-huffman-table.jpg", data[:table] + data[table + 2 + 31 :], refused="Huffman table")
    quantization = data.index(b"\xff\xdb")
    put("no-quantization-table.jpg", data[:quantization] + data[quantization + 69 :], refused="quantization table")
    put("twelve-blocks.jpg", jpeg(big, [(2, 2)] * 3), refused="ten blocks")
    put("no-end.jpg", data[:-2], refused="cut short")
    put("nothing-but-start.jpg", b"\xff\xd8\xff\xd9", refused="no picture")
    put("header-only.jpg", data[: data.index(b"\xff\xda")], refused="cut short")


def jpeg_fractional(data, frame):
    """Sampling factors 3 and 2."""
    return data[: frame + 11] + b"\x31" + data[frame + 12 : frame + 14] + b"\x21" + data[frame + 15 :]


def pngs():
    sizes = [(37, 23), (8, 8), (1, 1), (5, 40)]
    transparent = {0: chunk(b"tRNS", b"\0\x64"), 2: chunk(b"tRNS", b"\0\x64\0\x50\0\x40")}
    for (width, height), interlaced in itertools.product(sizes, (False, True)):
        rgb = picture(width, height).astype(np.uint8)
        gray = rgb[..., 1:2]
        alpha = np.full_like(gray, 90)
        wide = lambda samples: samples.astype(np.uint16) * 256 + 77  # noqa: E731
        suffix = f"{width}x{height}{'_interlaced' if interlaced else ''}.png"
        write = lambda name, samples, kind, depth, reference, before=b"": put(  # noqa: E731
            f"{name}_{suffix}", png(samples, kind, depth, interlaced, before), reference=reference
        )
        three = lambda one: np.repeat(one, 3, axis=-1)  # noqa: E731
        for depth in (1, 2, 4):
            levels = gray >> (8 - depth)
            write(f"gray{depth}", levels, 0, depth, three(levels * (255 // (2**depth - 1))))
        write("gray8", gray, 0, 8, three(gray))
        write("gray8-trns", gray, 0, 8, three(gray), transparent[0])
        write("gray16", wide(gray), 0, 16, three(gray))
        write("gray-alpha8", np.concatenate([gray, alpha], -1), 4, 8, three(gray))
        write("gray-alpha16", wide(np.concatenate([gray, alpha], -1)), 4, 16, three(gray))
        write("rgb8", rgb, 2, 8, rgb)
        write("rgb8-trns", rgb, 2, 8, rgb, transparent[2])
        write("rgb16", wide(rgb), 2, 16, rgb)
        write("rgba8", np.concatenate([rgb, alpha], -1), 6, 8, rgb)
        write("rgba16", wide(np.concatenate([rgb, alpha], -1)), 6, 16, rgb)
        for depth in (1, 2, 4, 8):
            palette = np.random.default_rng(depth).integers(0, 256, (2**depth, 3)).astype(np.uint8)
            index = (gray.astype(int) * 7 % 2**depth).astype(np.uint8)
            before = chunk(b"PLTE", palette.tobytes())
            write(f"palette{depth}", index, 3, depth, palette[index[..., 0]], before)
            write(f"palette{depth}-trns", index, 3, depth, palette[index[..., 0]], before + chunk(b"tRNS", b"\x40"))
    png_colors()


def png_colors():
    rgb = picture(30, 22).astype(np.uint8)
    gamma = lambda value: chunk(b"gAMA", struct.pack(">I", value))  # noqa: E731
    cicp = lambda *values: chunk(b"cICP", bytes(values))  # noqa: E731
    iccp = lambda profile: chunk(b"iCCP", b"profile\0\0" + zlib.compress(profile))  # noqa: E731
    points = lambda *xy: chunk(b"cHRM", struct.pack(">8I", *(round(v * 100_000) for v in xy)))  # noqa: E731
    p3_points = points(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
    srgb_points = points(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
    same = lambda v: v  # noqa: E731
    srgb = chunk(b"sRGB", b"\0")
    for name, before, colorants, curve in (
        ("plain", b"", SRGB, linear),
        ("srgb", srgb, SRGB, linear),
        ("srgb+gama-linear", srgb + gamma(100_000), SRGB, linear),
        ("gama-45455", gamma(45_455), SRGB, linear),
        ("gama-45455+chrm-srgb", gamma(45_455) + srgb_points, SRGB, linear),
        ("gama-linear", gamma(100_000), SRGB, same),
        ("gama-18", gamma(55_556), SRGB, lambda v: v ** (100_000 / 55_556)),
        ("gama-45455+chrm-p3", gamma(45_455) + p3_points, P3, linear),
        ("gama-linear+chrm-p3", gamma(100_000) + p3_points, P3, same),
        ("iccp-p3", iccp(icc(P3, SRGB_CURVE)), P3, linear),
        ("iccp-linear", iccp(icc(SRGB, LINEAR_CURVE)), SRGB, same),
        ("iccp-p3+gama-linear", iccp(icc(P3, SRGB_CURVE)) + gamma(100_000), P3, linear),
        ("cicp-srgb", cicp(1, 13, 0, 1), SRGB, linear),
        ("cicp-p3", cicp(12, 13, 0, 1), P3, linear),
        ("cicp-linear", cicp(1, 8, 0, 1), SRGB, same),
        ("cicp-p3+iccp-linear", cicp(12, 13, 0, 1) + iccp(icc(SRGB, LINEAR_CURVE)), P3, linear),
        ("cicp-srgb+gama-linear", cicp(1, 13, 0, 1) + gamma(100_000), SRGB, linear),
        ("cicp-unspecified+iccp-p3", cicp(2, 2, 0, 1) + iccp(icc(P3, SRGB_CURVE)), P3, linear),
    ):
        expected = rgb if (colorants, curve) == (SRGB, linear) else to_srgb(rgb, colorants, curve)
        for depth, interlaced in ((8, False), (16, True)):
            samples = rgb if depth == 8 else rgb.astype(np.uint16) * 257
            put(f"color-{name}_{depth}.png", png(samples, 2, depth, interlaced, before), reference=expected)
    gray = rgb[..., 1:2]
    expected = to_srgb(np.repeat(gray, 3, -1), SRGB, same)
    put("color-gray-gama-linear.png", png(gray, 0, 8, before=gamma(100_000)), reference=expected)
    data = png(gray, 0, 8, before=iccp(icc(None, LINEAR_CURVE, b"GRAY")))
    put("color-gray-iccp-linear.png", data, reference=expected)
    for orientation in range(1, 9):
        words = exif(orientation)[10:]
        put(f"exif{orientation}-before.png", png(rgb, 2, 8, before=chunk(b"eXIf", words)))
        put(f"exif{orientation}-after.png", png(rgb, 2, 8, after=chunk(b"eXIf", words)))
    put("hdr-pq.png", png(rgb, 2, 8, before=cicp(9, 16, 0, 1)), refused="HDR")
    put("hdr-hlg.png", png(rgb, 2, 8, before=cicp(9, 18, 0, 1)), refused="HDR")
    put("video-range.png", png(rgb, 2, 8, before=cicp(1, 13, 0, 0)), refused="video range")
    whole = png(picture(80, 60).astype(np.uint8), 2, 8)
    for share in (0.2, 0.5, 0.9):
        put(f"cut{int(share * 100)}.png", whole[: int(len(whole) * share)], refused="PNG data are damaged or cut short")
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 16
    put("flipped.png", bytes(flipped), refused="PNG data are damaged")


def webps():
    for lossless, quality, alpha, (width, height) in itertools.product(
        (False, True), (40, 90), (False, True), [(41, 30), (16, 16), (1, 1)]
    ):
        image = Image.fromarray(picture(width, height).astype(np.uint8))
        if alpha:
            image.putalpha(200)
        out = io.BytesIO()
        image.save(out, "WEBP", lossless=lossless, quality=quality)
        put(f"webp_{int(lossless)}_{quality}_{int(alpha)}_{width}x{height}.webp", out.getvalue())
    image = Image.fromarray(picture(40, 26).astype(np.uint8))
    for orientation in (1, 6, 8):
        out = io.BytesIO()
        image.save(out, "WEBP", lossless=True, exif=exif(orientation)[4:])
        put(f"webp_exif{orientation}.webp", out.getvalue())
    out = io.BytesIO()
    image.save(out, "WEBP", lossless=True, icc_profile=icc(P3, SRGB_CURVE))
    put("webp_p3.webp", out.getvalue(), reference=to_srgb(np.asarray(image), P3, linear))
    for quality, lossless in ((80, False), (80, True)):
        out = io.BytesIO()
        Image.fromarray(picture(120, 90).astype(np.uint8)).save(out, "WEBP", quality=quality, lossless=lossless)
        for share in (0.3, 0.7):
            cut = out.getvalue()[: int(len(out.getvalue()) * share)]
            put(f"webp_cut{int(share * 100)}_{int(lossless)}.webp", cut, refused="WebP data are damaged or cut short")


def tables():
    """Profiles of nothing but tables, by LittleCMS."""
    base = dict(planes=ycc(picture(40, 26)), samplings=[(2, 2), (1, 1), (1, 1)], quality=0.3)
    matrix = np.array(P3).T
    table = icc_table(b"RGB ", lambda rgb: linear(rgb) @ matrix.T, 17)
    data = jpeg(before=JFIF + profile_segments(table), **base)
    put("icc-table-rgb.jpg", data, reference=managed(data, table))
    inks = icc_table(b"CMYK", lambda cmyk: ((1 - cmyk[..., :3]) * (1 - cmyk[..., 3:])) ** 1.8 @ np.array(SRGB), 9)
    data = jpeg(planes_of(picture(35, 28, channels=4)), [(1, 1)] * 4, before=adobe(0) + profile_segments(inks), quality=0.3)
    put("icc-table-cmyk.jpg", data, reference=managed(data, inks))


ImageFile.LOAD_TRUNCATED_IMAGES = False
FOLDER.mkdir(parents=True, exist_ok=True)
jpegs()
pngs()
webps()
tables()
(FOLDER / "index.tsv").write_text("\n".join(INDEX) + "\n")
print(f"{len(INDEX)} files")
