/** The demo's branches and merchants, in real cities (GeoNames ids). */

const cities = {
  lisbon: '2267057',
  porto: '2735943',
  dublin: '2964574',
  cork: '2965140',
  london: '2643743',
  paris: '2988507',
  berlin: '2950159',
  newYork: '5128581',
  boston: '4930956',
  tokyo: '1850147',
  kyoto: '1857910',
  kuwaitCity: '285787',
} as const

export const branches = [
  { id: 'lisbon', name: 'Lisbon Chiado', cityId: cities.lisbon },
  { id: 'porto', name: 'Porto Ribeira', cityId: cities.porto },
  { id: 'dublin', name: 'Dublin Docklands', cityId: cities.dublin },
  { id: 'new-york', name: 'New York Midtown', cityId: cities.newYork },
  { id: 'tokyo', name: 'Tokyo Marunouchi', cityId: cities.tokyo },
  { id: 'kuwait-city', name: 'Kuwait City Sharq', cityId: cities.kuwaitCity },
] as const

export const merchants = [
  { id: 'atlantic-software', name: 'Atlantic Software', category: 'salary', cityId: cities.lisbon },
  { id: 'mercado-da-ribeira', name: 'Mercado da Ribeira', category: 'groceries', cityId: cities.lisbon },
  { id: 'mercearia-central', name: 'Mercearia Central', category: 'groceries', cityId: cities.lisbon },
  { id: 'cafe-do-largo', name: 'Café do Largo', category: 'dining', cityId: cities.lisbon },
  { id: 'tasca-da-esquina', name: 'Tasca da Esquina', category: 'dining', cityId: cities.lisbon },
  { id: 'casa-do-douro', name: 'Casa do Douro', category: 'dining', cityId: cities.porto },
  { id: 'linha-verde', name: 'Linha Verde Transportes', category: 'transport', cityId: cities.lisbon },
  { id: 'comboios-do-norte', name: 'Comboios do Norte', category: 'transport', cityId: cities.porto },
  { id: 'livraria-do-carmo', name: 'Livraria do Carmo', category: 'shopping', cityId: cities.lisbon },
  { id: 'maison-lumiere', name: 'Maison Lumière', category: 'shopping', cityId: cities.paris },
  { id: 'farmacia-alfama', name: 'Farmácia Alfama', category: 'health', cityId: cities.lisbon },
  { id: 'imobiliaria-tejo', name: 'Imobiliária Tejo', category: 'housing', cityId: cities.lisbon },
  { id: 'energia-atlantica', name: 'Energia Atlântica', category: 'utilities', cityId: cities.lisbon },
  { id: 'nordlicht-streaming', name: 'Nordlicht Streaming', category: 'entertainment', cityId: cities.berlin },
  { id: 'liffey-shipping', name: 'Liffey Shipping', category: 'salary', cityId: cities.dublin },
  { id: 'moore-street-market', name: 'Moore Street Market', category: 'groceries', cityId: cities.dublin },
  { id: 'english-market-stall', name: 'English Market Stall', category: 'groceries', cityId: cities.cork },
  { id: 'the-brazen-kettle', name: 'The Brazen Kettle', category: 'dining', cityId: cities.dublin },
  { id: 'harbour-chowder', name: 'Harbour Chowder', category: 'dining', cityId: cities.cork },
  { id: 'liffey-trams', name: 'Liffey Trams', category: 'transport', cityId: cities.dublin },
  { id: 'thames-records', name: 'Thames Records', category: 'shopping', cityId: cities.london },
  { id: 'temple-pharmacy', name: 'Temple Pharmacy', category: 'health', cityId: cities.dublin },
  { id: 'georgian-lettings', name: 'Georgian Lettings', category: 'housing', cityId: cities.dublin },
  { id: 'celtic-power', name: 'Celtic Power', category: 'utilities', cityId: cities.dublin },
  { id: 'hudson-hosting', name: 'Hudson Hosting', category: 'software', cityId: cities.newYork },
  { id: 'beacon-books', name: 'Beacon Books', category: 'shopping', cityId: cities.boston },
  { id: 'brooklyn-roasters', name: 'Brooklyn Roasters', category: 'dining', cityId: cities.newYork },
  { id: 'kamogawa-ryokan', name: 'Kamogawa Ryokan', category: 'travel', cityId: cities.kyoto },
  { id: 'nishiki-kitchen', name: 'Nishiki Kitchen', category: 'dining', cityId: cities.kyoto },
  { id: 'marunouchi-ramen', name: 'Marunouchi Ramen', category: 'dining', cityId: cities.tokyo },
  { id: 'souk-al-sharq', name: 'Souk al-Sharq', category: 'shopping', cityId: cities.kuwaitCity },
  { id: 'gulf-consulting', name: 'Gulf Consulting', category: 'salary', cityId: cities.kuwaitCity },
] as const

export type MerchantId = (typeof merchants)[number]['id']
