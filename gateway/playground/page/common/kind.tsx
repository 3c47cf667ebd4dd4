/** The mark of a kind, as in the live map. */
export { KindMark } from '../../../map/page/kind-mark.tsx'
