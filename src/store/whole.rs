//! Whole lists in memory, for tests: what is long is looked at row by row.

use super::{DeliveryRow, Store, StoreError};
use crate::list::{Filter, Listed, Segment};
use std::ops::ControlFlow;

impl Store {
    pub(super) fn listed(&self, segment: &Segment) -> Result<Vec<Listed>, StoreError> {
        let filter = Filter { segment: segment.clone(), standing: None };
        let mut list = Vec::new();
        self.view(|view| view.each(&filter, &mut |one| push(&mut list, one)))?;
        Ok(list)
    }

    pub(super) fn deliveries(&self, issue: &str, all: bool) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut list = Vec::new();
        self.each_delivery(issue, all, &mut |row| push(&mut list, row))?;
        Ok(list)
    }
}

fn push<T>(list: &mut Vec<T>, one: T) -> ControlFlow<()> {
    list.push(one);
    ControlFlow::Continue(())
}
