//! The functions and classes that Python sees.

use std::collections::HashSet;
use std::sync::Arc;

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PySlice};

use crate::cut::{self, Cut, Span};
use crate::hash::{self, Hash};
use crate::{hosts, octets, walk};

/// Runs `work` without Python's lock; nothing comes of a panic.
fn guarded<T: Send>(py: Python<'_>, work: impl FnOnce() -> Option<T> + Send) -> Option<T> {
    py.detach(|| crate::guarded(work))
}

/// Spans in a buffer, as an immutable sequence of pairs.
#[pyclass(frozen, sequence)]
struct Spans {
    all: Arc<Vec<Span>>,
    from: usize,
    to: usize,
}

impl Spans {
    fn new(all: Vec<Span>) -> Self {
        Self { from: 0, to: all.len(), all: Arc::new(all) }
    }

    fn as_slice(&self) -> &[Span] {
        self.all.get(self.from..self.to).unwrap_or_default()
    }
}

#[pymethods]
impl Spans {
    fn __len__(&self) -> usize {
        self.as_slice().len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(position) = key.extract::<isize>() {
            let from_end = if position < 0 { self.__len__() as isize } else { 0 };
            let at = usize::try_from(position.saturating_add(from_end)).ok();
            let found =
                at.and_then(|at| self.as_slice().get(at)).ok_or_else(|| PyIndexError::new_err("no such span"))?;
            return Ok((*found).into_pyobject(py)?.into_any());
        }
        let (from, to) = bounds(key.cast::<PySlice>()?, self.__len__())?;
        let (from, to) = (self.from.saturating_add(from), self.from.saturating_add(to));
        Ok(Bound::new(py, Self { all: Arc::clone(&self.all), from, to })?.into_any())
    }
}

/// Returns the bounds of a slice of a sequence.
fn bounds(slice: &Bound<'_, PySlice>, size: usize) -> PyResult<(usize, usize)> {
    let part = slice.indices(size as isize)?;
    if part.step != 1 {
        return Err(PyTypeError::new_err("expected a slice without a step"));
    }
    let from = usize::try_from(part.start).unwrap_or(0);
    Ok((from, usize::try_from(part.stop).unwrap_or(0).max(from)))
}

/// Octets in memory of the core. A slice makes bytes of them.
#[pyclass(frozen)]
struct Octets(octets::Octets);

#[pymethods]
impl Octets {
    fn __len__(&self) -> usize {
        self.0.as_slice().len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &Bound<'py, PySlice>) -> PyResult<Bound<'py, PyBytes>> {
        let (from, to) = bounds(key, self.__len__())?;
        Ok(PyBytes::new(py, self.0.as_slice().get(from..to).unwrap_or_default()))
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.as_slice())
    }
}

/// Returns the octets of Python's bytes, or of an `Octets`.
fn octets_of<'a>(data: &'a Bound<'_, PyAny>) -> Option<&'a [u8]> {
    match data.cast::<PyBytes>() {
        Ok(bytes) => Some(bytes.as_bytes()),
        Err(_) => Some(data.cast::<Octets>().ok()?.get().0.as_slice()),
    }
}

/// Unpacks gzip of a single member, at most `limit` octets.
#[pyfunction]
fn gunzip(py: Python<'_>, packed: &Bound<'_, PyBytes>, limit: usize) -> Option<Octets> {
    let packed = packed.as_bytes();
    guarded(py, || octets::gunzip(packed, limit)).map(Octets)
}

/// Spans of leaves, of certificates and of extra data, and a byte for each entry: 1 for a precertificate.
type CutSpans<'py> = (Spans, Spans, Bound<'py, PyBytes>, Spans);

fn spans_of(py: Python<'_>, cut: Cut) -> CutSpans<'_> {
    (Spans::new(cut.leaves), Spans::new(cut.certs), PyBytes::new(py, &cut.precerts), Spans::new(cut.extras))
}

/// Cuts a data tile of `width` entries from `start` on.
#[pyfunction]
fn cut_tile<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    start: &Bound<'py, PyAny>,
    width: usize,
) -> Option<CutSpans<'py>> {
    let (octets, start) = (octets_of(data)?, start.extract().ok()?);
    guarded(py, || cut::cut_tile(octets, start, width)).map(|cut| spans_of(py, cut))
}

/// Cuts an answer of get-entries; returns the leaves back to back, and the spans.
#[pyfunction]
fn cut_answer<'py>(
    py: Python<'py>,
    raw: &Bound<'py, PyBytes>,
    asked: usize,
    extra_limit: usize,
) -> Option<(Octets, CutSpans<'py>)> {
    let octets = raw.as_bytes();
    let (data, cut) = guarded(py, || cut::cut_answer(octets, asked, extra_limit))?;
    Some((Octets(data), spans_of(py, cut)))
}

/// Hashes the leaves in `spans`.
#[pyfunction]
fn leaf_hashes<'py>(py: Python<'py>, data: &Bound<'py, PyAny>, spans: &Spans) -> Option<Bound<'py, PyList>> {
    let (octets, spans) = (octets_of(data)?, spans.as_slice());
    let hashes: Vec<Hash> =
        guarded(py, || spans.iter().map(|(start, end)| octets.get(*start..*end).map(hash::leaf_hash)).collect())?;
    list_of(py, &hashes)
}

fn list_of<'py>(py: Python<'py>, hashes: &[Hash]) -> Option<Bound<'py, PyList>> {
    PyList::new(py, hashes.iter().map(|found| PyBytes::new(py, found))).ok()
}

/// Computes the root over leaf hashes of 32 bytes each.
#[pyfunction]
fn subtree_root<'py>(py: Python<'py>, hashes: Vec<Bound<'py, PyBytes>>) -> Option<Bound<'py, PyBytes>> {
    let row = row_of(&hashes);
    let root = guarded(py, || hash::subtree_root(row?))?;
    Some(PyBytes::new(py, &root))
}

/// Hashes the nodes above a row of nodes.
#[pyfunction]
fn row_above<'py>(py: Python<'py>, hashes: Vec<Bound<'py, PyBytes>>) -> Option<Bound<'py, PyList>> {
    let row = row_of(&hashes);
    list_of(py, &guarded(py, || Some(hash::row_above(&row?)))?)
}

fn row_of(hashes: &[Bound<'_, PyBytes>]) -> Option<Vec<Hash>> {
    hashes.iter().map(|found| found.as_bytes().try_into().ok()).collect()
}

/// Filter of certificates that drops only what the reference drops.
#[pyclass]
struct Filter(walk::Known);

#[pymethods]
impl Filter {
    /// `people`: contents of the object identifiers of policies for natural persons; `domains`: those of the scope.
    #[new]
    fn new(people: Vec<Vec<u8>>, domains: Vec<String>) -> Self {
        Self(walk::Known { issuers: HashSet::new(), people, domains: hosts::Suffixes::of(&domains) })
    }

    fn learn_issuer(&mut self, name: Vec<u8>) {
        self.0.issuers.insert(name);
    }

    fn forget_issuers(&mut self) {
        self.0.issuers.clear();
    }

    /// Returns the first position from `at` on that it doesn't drop; the number of spans when it drops all.
    fn next_unsure(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        spans: &Spans,
        precerts: &Bound<'_, PyBytes>,
        at: usize,
    ) -> usize {
        let octets = octets_of(data).unwrap_or_default();
        let (spans, precerts, known) = (spans.as_slice(), precerts.as_bytes(), &self.0);
        let drops = |(start, end): Span, is_precert| {
            octets.get(start..end).and_then(|der| walk::is_impersonal(known, der, is_precert)).is_some()
        };
        let dropped = guarded(py, || {
            Some(
                spans.iter().zip(precerts).skip(at).take_while(|(span, precert)| drops(**span, **precert == 1)).count(),
            )
        });
        at.saturating_add(dropped.unwrap_or(0)).min(spans.len())
    }
}

#[pymodule]
fn ctscan_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("INTERFACE", 2)?;
    module.add_class::<Spans>()?;
    module.add_class::<Octets>()?;
    module.add_class::<Filter>()?;
    module.add_function(wrap_pyfunction!(cut_tile, module)?)?;
    module.add_function(wrap_pyfunction!(cut_answer, module)?)?;
    module.add_function(wrap_pyfunction!(leaf_hashes, module)?)?;
    module.add_function(wrap_pyfunction!(gunzip, module)?)?;
    module.add_function(wrap_pyfunction!(row_above, module)?)?;
    module.add_function(wrap_pyfunction!(subtree_root, module)?)
}
