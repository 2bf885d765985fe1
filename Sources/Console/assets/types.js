// The kinds of defect that a product or the knowledge base names.
import { get, path } from './api.js';

const nameOf = (type) => (typeof type === 'string' ? type : type.name);

/** A name as the service has it: lower-case words joined by _. */
export const typeName = (text) => text.trim().toLowerCase().replaceAll(/\s+/g, '_');

/** Names of a product's defect types; none when the product is gone. */
export async function productTypes(product) {
  try {
    return (await get(path('products', product))).defectTypes.map(nameOf);
  } catch (error) {
    if (error.status === 404) return [];
    throw error;
  }
}

let known = null;

/** The knowledge base's defect types, `{name, dataset, phrases}`; asked for once. */
export async function knownTypes() {
  known ??= get('defect-types').then((page) => page.items).catch((error) => {
    known = null;
    throw error;
  });
  return known;
}
