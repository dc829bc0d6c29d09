"""Our metrics against torch-fidelity, torchmetrics, pytorch-fid and prdc, on fixed arrays.

Each package reads the same float64 arrays. Where one of them cannot be right, an exact value stands beside it.
"""

import numpy as np
import pytest

from gencore.metrics import (
    density_coverage,
    feature_moments,
    frechet_distance,
    frechet_distance_from_moments,
    inception_score,
    kernel_distance,
    mse,
    perplexity,
    precision_recall,
    psnr,
    ssim,
)

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # the packages warn of themselves and of each other
]

WELL, SINGULAR = 1e-9, 1e-6  # relative errors allowed


@pytest.fixture
def identity(torch):
    """Torchmetrics' feature extractor for features that are there already."""

    class Identity(torch.nn.Module):
        def __init__(self, num_features):
            super().__init__()
            self.num_features = num_features

        def forward(self, x):
            return x

    return Identity


# FID


def correlated(rows, d, seed):
    """Features with a full, well-conditioned covariance of their own and a mean."""
    rng = np.random.default_rng(seed)
    mix = np.eye(d) + 0.3 * rng.normal(size=(d, d)) / np.sqrt(d)
    return rng.normal(size=(rows, d)) @ mix + rng.normal(0, 0.3, size=d)


def in_subspaces(rows, d, rank):
    """Two sets on two ``rank``-dimensional subspaces with exact moments, and their exact distance."""
    rng = np.random.default_rng(3)
    (u, v), scales = np.linalg.qr(rng.normal(size=(2, d, rank)))[0], rng.uniform(0.5, 2, size=(2, rank))
    roots = u * scales[0], v * scales[1]
    sets = []
    for root, shift in zip(roots, (0.3, 0.0), strict=True):
        z = rng.normal(size=(rows, rank))
        white = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)[0] * np.sqrt(rows - 1)
        sets.append(shift + white @ root.T)
    overlap = np.linalg.svd(roots[0].T @ roots[1], compute_uv=False).sum()
    return sets[0], sets[1], 0.09 * d + np.sum(scales**2) - 2 * overlap


def dual(x, y):
    """The exact distance for fewer rows than features, from the small matrix of products of rows."""
    a, b = x - x.mean(axis=0), y - y.mean(axis=0)
    root = np.linalg.svd(a @ b.T, compute_uv=False).sum() / np.sqrt((len(x) - 1) * (len(y) - 1))
    gap = x.mean(axis=0) - y.mean(axis=0)
    return gap @ gap + np.sum(a**2) / (len(x) - 1) + np.sum(b**2) / (len(y) - 1) - 2 * root


def fid_torch_fidelity(peer, torch, identity, x, y):
    module = peer("torch_fidelity.metric_fid")
    statistics = [module.fid_features_to_statistics(torch.from_numpy(v)) for v in (x, y)]
    return module.fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"]


def fid_torchmetrics(peer, torch, identity, x, y):
    metric = peer("torchmetrics.image.fid").FrechetInceptionDistance(feature=identity(x.shape[1]))
    metric.update(torch.from_numpy(x), real=True)
    metric.update(torch.from_numpy(y), real=False)
    return metric.compute().item()


def fid_pytorch_fid(peer, torch, identity, x, y):
    a, b = feature_moments(x), feature_moments(y)
    return peer("pytorch_fid.fid_score").calculate_frechet_distance(a.mean, a.cov, b.mean, b.cov)


FIDS = {
    "torch-fidelity": fid_torch_fidelity,
    "torchmetrics": fid_torchmetrics,
    "pytorch-fid": fid_pytorch_fid,
}


@pytest.mark.parametrize("package", FIDS)
@pytest.mark.parametrize(("rows", "d"), [((1500, 1200), 64), ((3000, 3000), 300)], ids=["64", "300"])
def test_fid_of_well_conditioned_features(package, rows, d, peer, torch, identity, agree):
    x, y = correlated(rows[0], d, 0), correlated(rows[1], d, 1)
    theirs = FIDS[package](peer, torch, identity, x, y)
    case = f"{rows[0]} and {rows[1]} x {d}"
    agree("FID", case, package, frechet_distance(x, y), theirs, WELL)
    moments = feature_moments(x), feature_moments(y)
    agree("FID from moments", case, package, frechet_distance_from_moments(*moments), theirs, WELL)


SINGULAR_SETS = {
    "rank 40 of 200, 1000 rows": lambda: in_subspaces(1000, 200, 40),
    "rank 20 of 200, 60 rows": lambda: in_subspaces(60, 200, 20),
    "100 and 80 rows of 300": lambda: (
        x := correlated(100, 300, 0),
        y := correlated(80, 300, 1),
        dual(x, y),
    ),
}


@pytest.mark.parametrize("case", SINGULAR_SETS)
def test_fid_of_singular_covariances_is_exact(case, agree):
    x, y, exact = SINGULAR_SETS[case]()
    agree("FID", case, "exact value", frechet_distance(x, y), exact, WELL)
    moments = feature_moments(x), feature_moments(y)
    agree("FID from moments", case, "exact value", frechet_distance_from_moments(*moments), exact, SINGULAR)


@pytest.mark.parametrize("package", FIDS)
@pytest.mark.parametrize("case", SINGULAR_SETS)
def test_fid_of_singular_covariances(case, package, peer, torch, identity, agree):
    x, y, _ = SINGULAR_SETS[case]()
    theirs = FIDS[package](peer, torch, identity, x, y)
    agree("FID", case, package, frechet_distance(x, y), theirs, SINGULAR)


# KID


@pytest.mark.parametrize(("n", "d"), [(500, 64), (2000, 512)])
def test_kid(n, d, peer, torch, identity, agree):
    x, y = correlated(n, d, 0), correlated(n, d, 1)
    ours, case = kernel_distance(x, y), f"{n} x {d}"
    features = torch.from_numpy(x), torch.from_numpy(y)
    module = peer("torch_fidelity.metric_kid")
    theirs = module.kid_features_to_metric(*features, kid_subsets=1, kid_subset_size=n, verbose=False)
    agree("KID", case, "torch-fidelity", ours, theirs["kernel_inception_distance_mean"], WELL)
    metric = peer("torchmetrics.image.kid").KernelInceptionDistance(
        feature=identity(d), subsets=1, subset_size=n
    )
    metric.update(features[0], real=True)
    metric.update(features[1], real=False)
    agree("KID", case, "torchmetrics", ours, metric.compute()[0].item(), WELL)


# Inception score


@pytest.mark.parametrize(("n", "classes"), [(1000, 10), (3000, 1008)])
def test_inception_score(n, classes, peer, torch, identity, agree):
    logits = 3 * np.random.default_rng(0).normal(size=(n, classes))
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    case = f"{n} x {classes}"
    module = peer("torch_fidelity.metric_isc")
    theirs = module.isc_features_to_metric(torch.from_numpy(logits), splits=1)
    agree("IS", case, "torch-fidelity", inception_score(p).mean, theirs["inception_score_mean"], WELL)
    metric = peer("torchmetrics.image.inception").InceptionScore(feature=identity(classes), splits=1)
    metric.update(torch.from_numpy(logits))
    agree("IS", case, "torchmetrics", inception_score(p).mean, metric.compute()[0].item(), WELL)

    shuffled = np.random.default_rng(5).permutation(logits)  # as our shuffle with this seed orders the rows
    theirs = module.isc_features_to_metric(torch.from_numpy(shuffled), splits=10, shuffle=False)
    ours = inception_score(p, splits=10, seed=5)
    agree("IS, 10 splits", case, "torch-fidelity", ours.mean, theirs["inception_score_mean"], WELL)
    agree("IS, 10 splits, std", case, "torch-fidelity", ours.std, theirs["inception_score_std"], WELL)


# Precision to coverage


@pytest.mark.parametrize(("n", "m", "d", "k"), [(600, 500, 8, 3), (1000, 1000, 64, 5), (300, 400, 128, 1)])
def test_precision_recall_density_coverage(n, m, d, k, peer, torch, agree, capsys):
    rng = np.random.default_rng(n)
    real, fake = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    real[: n // 5] += 20  # a fifth of what is real is never made
    fake[: m // 3] -= 20  # a third of what is made is not real
    case = f"{n} and {m} x {d}, k = {k}"
    ours = {**precision_recall(real, fake, k=k)._asdict(), **density_coverage(real, fake, k=k)._asdict()}
    assert all(0.1 < value < 0.9 for value in ours.values()), f"at its ends the scale shows nothing: {ours}"

    theirs = peer("prdc").compute_prdc(real, fake, nearest_k=k)  # open balls: no ties here, so no difference
    capsys.readouterr()
    for name, value in ours.items():
        agree(name, case, "prdc", value, theirs[name], WELL)

    module = peer("torch_fidelity.metric_prc")
    theirs = module.prc_features_to_metric(  # fake first
        torch.from_numpy(fake), torch.from_numpy(real), prc_neighborhood=k, save_cpu_ram=False, verbose=False
    )
    for name, rows in (("precision", m), ("recall", n)):
        # its last step is a mean in float32: the count of rows inside is the exact part of its answer
        count = round(theirs[name] * rows)
        assert theirs[name] == pytest.approx(count / rows, rel=1e-6)
        agree(name, case, "torch-fidelity", ours[name], count / rows, WELL)


# Likelihoods and images


def test_perplexity(peer, torch, agree):
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(4, 50, 30)), rng.integers(0, 30, size=(4, 50))
    chosen = np.take_along_axis(logits, targets[..., None], axis=2)[..., 0]
    nll = np.logaddexp.reduce(logits, axis=2) - chosen
    theirs = peer("torchmetrics.functional.text").perplexity(
        torch.from_numpy(logits), torch.from_numpy(targets)
    )
    agree(
        "perplexity", "200 tokens of 30", "torchmetrics", perplexity(nll.sum(), nll.size), theirs.item(), WELL
    )


def test_images(peer, torch, agree):
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(20, 28, 28))
    y = np.clip(x + 0.2 * rng.normal(size=x.shape), 0, 1)
    a, b = (torch.from_numpy(v)[:, None] for v in (x, y))
    image = peer("torchmetrics.functional.image")
    case = "20 x 28 x 28"
    theirs = peer("torchmetrics.functional").mean_squared_error(a, b)
    agree("MSE", case, "torchmetrics", mse(x, y), theirs.item(), WELL)
    theirs = image.peak_signal_noise_ratio(a, b, data_range=1.0, dim=(1, 2, 3))
    agree("PSNR", case, "torchmetrics", psnr(x, y), theirs.item(), 1e-6)  # it takes log 10 in float32
    _, full = image.structural_similarity_index_measure(a, b, data_range=1.0, return_full_image=True)
    inside = full[
        ..., 5:-5, 5:-5
    ]  # torchmetrics pads the border; only windows inside the image are the paper's
    agree("SSIM", case, "torchmetrics, inside", ssim(x, y), inside.mean().item(), WELL)
