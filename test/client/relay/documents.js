/**
 * What an app of Relay asks for, for its compiler: a refetchable fragment on every kind of node,
 * and pages in both directions. Nobody runs this module.
 */
import { graphql } from 'relay-runtime'

export const documents = [
  graphql`
    query documentsAccountsQuery {
      me {
        ...documents_customer
        accounts(first: 1) {
          edges {
            node {
              nodeId
              ...documents_account
              ...documents_entries
              ...documents_oldestEntries
              branch {
                city {
                  ...documents_city
                }
              }
            }
          }
        }
      }
    }
  `,
  graphql`
    query documentsDeferredQuery {
      me {
        accounts(first: 1) {
          edges {
            node {
              branch {
                city {
                  ...documents_city @defer
                }
              }
            }
          }
        }
      }
    }
  `,
  graphql`
    fragment documents_entries on Account
    @refetchable(queryName: "documentsEntriesPaginationQuery")
    @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
      name
      entries(first: $count, after: $cursor) @connection(key: "documents__entries") {
        edges {
          node {
            id
          }
        }
      }
    }
  `,
  graphql`
    fragment documents_oldestEntries on Account
    @refetchable(queryName: "documentsOldestEntriesPaginationQuery")
    @argumentDefinitions(
      first: { type: "Int" }
      after: { type: "String" }
      last: { type: "Int", defaultValue: 3 }
      before: { type: "String" }
    ) {
      oldest: entries(first: $first, after: $after, last: $last, before: $before)
        @connection(key: "documents__oldest") {
        edges {
          node {
            id
          }
        }
      }
    }
  `,
  graphql`
    query documentsCitiesQuery($search: String!) {
      ...documents_cities @arguments(search: $search)
    }
  `,
  graphql`
    fragment documents_cities on Query
    @refetchable(queryName: "documentsCitiesPaginationQuery")
    @argumentDefinitions(
      search: { type: "String!" }
      count: { type: "Int", defaultValue: 2 }
      cursor: { type: "String" }
    ) {
      cities(search: $search, first: $count, after: $cursor) @connection(key: "documents__cities") {
        edges {
          node {
            name
          }
        }
      }
    }
  `,
  graphql`
    query documentsNodesQuery($nodeIds: [ID!]!) {
      nodes(nodeIds: $nodeIds) {
        __typename
        nodeId
      }
    }
  `,
  graphql`
    fragment documents_account on Account @refetchable(queryName: "documentsAccountRefetchQuery") {
      name
      balance {
        available {
          amount
        }
      }
    }
  `,
  graphql`
    fragment documents_customer on Customer @refetchable(queryName: "documentsCustomerRefetchQuery") {
      name
    }
  `,
  graphql`
    fragment documents_city on City
    @refetchable(queryName: "documentsCityRefetchQuery")
    @argumentDefinitions(days: { type: "Int", defaultValue: 1 }) {
      name
      weather {
        daily(days: $days) {
          date
        }
      }
    }
  `,
  graphql`
    fragment documents_article on Article @refetchable(queryName: "documentsArticleRefetchQuery") {
      title
    }
  `,
  graphql`
    fragment documents_branch on Branch @refetchable(queryName: "documentsBranchRefetchQuery") {
      name
    }
  `,
  graphql`
    fragment documents_entry on Entry @refetchable(queryName: "documentsEntryRefetchQuery") {
      postedAt
    }
  `,
  graphql`
    fragment documents_loan on Loan
    @refetchable(queryName: "documentsLoanPaginationQuery")
    @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
      changes(first: $count, after: $cursor) @connection(key: "documents__changes") {
        edges {
          node {
            number
          }
        }
      }
    }
  `,
  graphql`
    fragment documents_merchant on Merchant @refetchable(queryName: "documentsMerchantRefetchQuery") {
      category
    }
  `,
  graphql`
    fragment documents_product on Product
    @refetchable(queryName: "documentsProductPaginationQuery")
    @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
      articles(first: $count, after: $cursor) @connection(key: "documents__articles") {
        edges {
          node {
            title
          }
        }
      }
    }
  `,
  graphql`
    fragment documents_schedule on Schedule @refetchable(queryName: "documentsScheduleRefetchQuery") {
      nextOn
    }
  `,
  graphql`
    fragment documents_transfer on Transfer @refetchable(queryName: "documentsTransferRefetchQuery") {
      status
    }
  `,
  graphql`
    fragment documents_webhook on Webhook @refetchable(queryName: "documentsWebhookRefetchQuery") {
      url
    }
  `,
]
