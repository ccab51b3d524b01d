pub(super) const ROUTES: crate::call::Routes = &[];
