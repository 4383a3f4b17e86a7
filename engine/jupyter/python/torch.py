try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None


def weights(name):
    with zipfile.ZipFile(io.BytesIO((files / "detectors" / name).read_bytes())) as detector:
        raw = detector.read("weights.safetensors")
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__", None)
    out = {}
    for key, of in header.items():
        begin, end = (8 + size + at for at in of["data_offsets"])
        out[key] = torch.from_numpy(np.frombuffer(raw[begin:end], "<f4").reshape(of["shape"]).copy())
    return out
